"""Addresses of the connection fee for an office's manager; below no administration."""

from django.urls import path

from connections.billing import addresses, office_views

__all__ = ["addresses"]

app_name = "office_fee"

urlpatterns = [
    path("", office_views.office_fee, name="office_fee"),
    path("<month:month>/", office_views.office_statement, name="statement"),
    path("<month:month>/overzicht.<spreadsheet:extension>", office_views.office_file, name="file"),
]
