"""All addresses. Everything in an administration stands below one prefix."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from connections.mappings.saving_views import mapping_consequences, mapping_restore
from connections.transfer.copy_views import mappings_copy_from
from connections.transfer.views import mappings_import, mappings_import_save
from connections.views import callback, refused
from finmaster.log_in import LogIn, LogOut
from finmaster.views import office
from ledger.entry_views import entry, reverse_entry
from loket_import import reversing
from loket_import.origins import origin_of
from loket_import.pinning import check_pin
from loket_import.views import rules
from loket_import.views.imports import overview
from loket_import.what_if import what_if

administration: list[URLPattern | URLResolver] = [
    path("", overview, name="overview"),
    path("", include("ledger.urls")),
    path("memoriaal/<int:entry_id>/", entry, {"origin_of": origin_of}, name="entry"),
    path(
        "memoriaal/<int:entry_id>/storneren/",
        reverse_entry,
        {"reverse": reversing.reverse_entry},
        name="reverse_entry",
    ),
    path("stamgegevens/", include("connections.urls")),
    path(
        "stamgegevens/transponeertabel/gevolgen/",
        mapping_consequences,
        {"what_if": what_if},
        name="mapping_consequences",
    ),
    path(
        "stamgegevens/transponeertabel/geschiedenis/<int:change_id>/herstellen/",
        mapping_restore,
        {"what_if": what_if},
        name="mapping_restore",
    ),
    path(
        "stamgegevens/transponeertabel/importeren/",
        mappings_import,
        {"what_if": what_if},
        name="mappings_import",
    ),
    path(
        "stamgegevens/transponeertabel/importeren/opslaan/",
        mappings_import_save,
        {"what_if": what_if},
        name="mappings_import_save",
    ),
    path(
        "stamgegevens/transponeertabel/overnemen/<slug:source>/",
        mappings_copy_from,
        {"what_if": what_if},
        name="mappings_copy_from",
    ),
    path("stamgegevens/boekingsregels/", rules.rules, name="booking_rules"),
    path(
        "stamgegevens/boekingsregels/voorbeeld/",
        rules.rules_examples,
        name="booking_rules_examples",
    ),
    path("importeren/", include("loket_import.urls")),
]

urlpatterns = [
    path("", office, name="office"),
    path("inloggen/", login_not_required(LogIn.as_view()), name="login"),
    path("uitloggen/", LogOut.as_view(), name="logout"),
    path("koppelingen/loket/terug/", callback, {"check_pin": check_pin}, name="loket_callback"),
    path("koppelingen/loket/geweigerd/", refused, name="loket_refused"),
    path("beheer/koppelingskosten/", include("connections.billing.operator_urls")),
    path("kantoor/<int:office_id>/koppelingskosten/", include("connections.billing.office_urls")),
    path("a/<slug:administration>/", include(administration)),
]
