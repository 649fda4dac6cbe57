"""Addresses of external connections and of the mapping table, below the master data."""

from django.urls import include, path, register_converter

from connections import views
from connections.mapping import Dimension
from connections.mappings import history_views as mapping_history_views
from connections.mappings import views as mapping_views
from connections.transfer import copy_views as transfer_copy_views
from connections.transfer import views as transfer_views

app_name = "connections"

PARTS = {
    "rekeningen": Dimension.ACCOUNT,
    "kostenplaatsen": Dimension.COST_CENTER,
    "kostendragers": Dimension.COST_UNIT,
}
NAMES = {dimension: name for name, dimension in PARTS.items()}


class DimensionConverter:
    """A part of the mapping table, by its Dutch name in an address."""

    regex = "|".join(PARTS)

    def to_python(self, value: str) -> Dimension:
        return PARTS[value]

    def to_url(self, value: str) -> str:
        return NAMES[Dimension(value)]


register_converter(DimensionConverter, "dimension")

connection_addresses = [
    path("", views.connections, name="connections"),
    path("nieuw/", views.choose_kind, name="new"),
    path("nieuw/loket/", views.create, name="create"),
    path("<int:connection_id>/", views.connection, name="connection"),
    path("<int:connection_id>/wijzigen/", views.change, name="change"),
    path("<int:connection_id>/autoriseren/", views.authorise, name="authorise"),
    path("<int:connection_id>/beeindigen/", views.end, name="end"),
]

# The table belongs to the administration, and outlives its connections.
mapping_addresses = [
    path("", mapping_views.mappings, name="mappings"),
    path("geschiedenis/", mapping_history_views.mapping_history, name="mapping_history"),
    path("<dimension:dimension>/nieuw/", mapping_views.mapping_new, name="mapping_new"),
    path(
        "<dimension:dimension>/<int:mapping_id>/wijzigen/",
        mapping_views.mapping_change,
        name="mapping_change",
    ),
    path("exporteren.xlsx", transfer_views.mappings_xlsx, name="mappings_xlsx"),
    path("exporteren.csv", transfer_views.mappings_csv, name="mappings_csv"),
    path("overnemen/", transfer_copy_views.mappings_copy, name="mappings_copy"),
]

urlpatterns = [
    path("externe-connecties/", include(connection_addresses)),
    path("transponeertabel/", include(mapping_addresses)),
]
