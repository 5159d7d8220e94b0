"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementsConfig(AppConfig):
    """The day closed: statements and what banks owe each other."""

    name = "settlements"
    label = "settlements"
    verbose_name = _("Settling")
    default_auto_field = "django.db.models.BigAutoField"
