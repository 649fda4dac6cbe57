"""All addresses. Everything in an administration stands below one prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
