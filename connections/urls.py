"""Addresses of external connections, below an administration's prefix."""

from django.urls import path

from connections import views

app_name = "connections"

urlpatterns = [
    path("", views.connections, name="connections"),
    path("nieuw/", views.choose_kind, name="new"),
    path("nieuw/loket/", views.create, name="create"),
    path("<int:connection_id>/", views.connection, name="connection"),
    path("<int:connection_id>/wijzigen/", views.change, name="change"),
    path("<int:connection_id>/autoriseren/", views.authorise, name="authorise"),
    path("<int:connection_id>/beeindigen/", views.end, name="end"),
    path("<int:connection_id>/transponeertabel/", views.mappings, name="mappings"),
]
