"""Addresses of the import, below an administration's prefix: each step of the wizard is one."""

from django.urls import path

from loket_import.views import (
    booking,
    confirm,
    content,
    cures,
    edit,
    fetch,
    imports,
    linking,
    proof,
    relation,
    report,
    runs,
    suggestions,
)

app_name = "loket_import"

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("bestanden/", imports.files, name="files"),
    path("bestanden/nieuw/", imports.new, name="new"),
    path("loket/", linking.start, name="start"),
    path("loket/werkgever/", linking.employer, name="employer"),
    path("loket/payroll/", linking.payroll, name="payroll"),
    path("loket/runs/", runs.runs, name="runs"),
    path("loket/runs/<int:run_id>/", content.content, name="content"),
    path("loket/runs/<int:run_id>/boeking/", edit.edit, name="edit"),
    path("loket/runs/<int:run_id>/boekdatum/", edit.take_date, name="take_date"),
    path("loket/runs/<int:run_id>/boeken/", booking.book, name="book"),
    path("loket/runs/<int:run_id>/oplossen/", cures.cures, name="cures"),
    path(
        "loket/runs/<int:run_id>/oplossen/zekere/",
        suggestions.sure_suggestions,
        name="sure_suggestions",
    ),
    path("loket/runs/<int:run_id>/bevestigen/", confirm.confirm, name="confirm"),
    path("loket/runs/<int:run_id>/verhouding/", relation.relatives, name="relation"),
    path("loket/runs/<int:run_id>/regels/", imports.lines, name="lines"),
    path("loket/runs/<int:run_id>/melden/", report.refuse, name="report"),
    path("loket/runs/<int:run_id>/melden/opnieuw/", report.retry, name="report_retry"),
    path("loket/runs/<int:run_id>/bewijs/<int:booking_id>/", proof.proof, name="proof"),
    path("loket/melden/opnieuw/", report.allow, name="report_allow"),
    path("loket/ophalen/<str:kind>/<int:subject>/", fetch.fetch, name="fetch"),
    path("loket/werk/<int:job_id>/", fetch.progress, name="progress"),
]
