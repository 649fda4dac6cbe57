"""Addresses of the connection fee for the operator's staff; below no administration."""

from django.urls import path

from connections.billing import addresses, operator_views, settings_views

__all__ = ["addresses"]

app_name = "billing"

urlpatterns = [
    path("", operator_views.months, name="months"),
    path("prijzen/", settings_views.prices, name="prices"),
    path("kantoren/", settings_views.offices, name="offices"),
    path("kantoren/<int:office_id>/", settings_views.office, name="office"),
    path("kantoren/<int:office_id>/gegevens/", settings_views.office_details, name="details"),
    path("<month:month>/", operator_views.month, name="month"),
    path("<month:month>/afdrukken/", operator_views.month_print, name="print"),
    path("<month:month>/facturen.json", operator_views.month_invoices, name="invoices"),
    path("<month:month>/overzicht.<spreadsheet:extension>", operator_views.month_file, name="file"),
    path("<month:month>/<int:number>/", operator_views.statement, name="statement"),
]
