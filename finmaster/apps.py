"""The app's name and label."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from finmaster.databases import refuse_powerful_role


class FinmasterConfig(AppConfig):
    name = "finmaster"
    verbose_name = _("Offices and administrations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(refuse_powerful_role)
