"""Addresses of external connections, below an administration's prefix."""

from django.urls import path, register_converter

from connections import mapping_views, views
from connections.mapping import Dimension

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

urlpatterns = [
    path("", views.connections, name="connections"),
    path("nieuw/", views.choose_kind, name="new"),
    path("nieuw/loket/", views.create, name="create"),
    path("<int:connection_id>/", views.connection, name="connection"),
    path("<int:connection_id>/wijzigen/", views.change, name="change"),
    path("<int:connection_id>/autoriseren/", views.authorise, name="authorise"),
    path("<int:connection_id>/beeindigen/", views.end, name="end"),
    path("<int:connection_id>/transponeertabel/", mapping_views.mappings, name="mappings"),
    path(
        "<int:connection_id>/transponeertabel/<dimension:dimension>/<int:mapping_id>/wijzigen/",
        mapping_views.mapping_change,
        name="mapping_change",
    ),
]
