"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoketImportConfig(AppConfig):
    name = "loket_import"
    verbose_name = _("Import from Loket.nl")
    default_auto_field = "django.db.models.BigAutoField"
