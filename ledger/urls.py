"""Addresses of master data and of the memorial, below an administration's prefix."""

from django.urls import URLPattern, path

from ledger import calendar_views, chart_views, entry_views, master_data_views
from ledger.chart_parts import ACCOUNTS, COST_CENTERS, COST_UNITS, JOURNALS, Part

app_name = "ledger"


def forms_of(part: Part, below: str) -> list[URLPattern]:
    """Where rows of a part are added and changed."""
    return [
        path(f"{below}nieuw/", chart_views.new, {"part": part}, name=f"{part.name}_new"),
        path(
            f"{below}<int:row_id>/wijzigen/",
            chart_views.edit,
            {"part": part},
            name=f"{part.name}_edit",
        ),
    ]


urlpatterns = [
    path("stamgegevens/", master_data_views.master_data, name="master_data"),
    path("stamgegevens/rekeningschema/", master_data_views.accounts, name="accounts"),
    *forms_of(ACCOUNTS, "stamgegevens/rekeningschema/"),
    path(
        "stamgegevens/kostenplaatsen/",
        master_data_views.dimension,
        {"part": COST_CENTERS},
        name="cost_centers",
    ),
    *forms_of(COST_CENTERS, "stamgegevens/kostenplaatsen/"),
    path(
        "stamgegevens/kostendragers/",
        master_data_views.dimension,
        {"part": COST_UNITS},
        name="cost_units",
    ),
    *forms_of(COST_UNITS, "stamgegevens/kostendragers/"),
    path("stamgegevens/dagboeken/", master_data_views.journals, name="journals"),
    *forms_of(JOURNALS, "stamgegevens/dagboeken/"),
    path("stamgegevens/boekjaren/", calendar_views.fiscal_years, name="fiscal_years"),
    path("stamgegevens/boekjaren/nieuw/", calendar_views.fiscal_year_new, name="fiscal_year_new"),
    path(
        "stamgegevens/boekjaren/perioden/<int:period_id>/",
        calendar_views.period,
        name="period",
    ),
    path("memoriaal/", entry_views.entries, name="entries"),
]
