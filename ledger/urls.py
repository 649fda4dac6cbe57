"""Addresses of master data and of the memorial, below an administration's prefix."""

from django.urls import path

from ledger import calendar_views, entry_views, master_data_views

app_name = "ledger"

urlpatterns = [
    path("stamgegevens/", master_data_views.master_data, name="master_data"),
    path("stamgegevens/rekeningschema/", master_data_views.accounts, name="accounts"),
    path("stamgegevens/kostenplaatsen/", master_data_views.cost_centers, name="cost_centers"),
    path("stamgegevens/kostendragers/", master_data_views.cost_units, name="cost_units"),
    path("stamgegevens/dagboeken/", master_data_views.journals, name="journals"),
    path("stamgegevens/boekjaren/", calendar_views.fiscal_years, name="fiscal_years"),
    path(
        "stamgegevens/boekjaren/perioden/<int:period_id>/",
        calendar_views.period,
        name="period",
    ),
    path("memoriaal/", entry_views.entries, name="entries"),
]
