"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinmasterConfig(AppConfig):
    name = "finmaster"
    verbose_name = _("Offices and administrations")
    default_auto_field = "django.db.models.BigAutoField"
