"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RedemptionsConfig(AppConfig):
    """Codes shown, claimed, and points taken at the counter."""

    name = "redemptions"
    label = "redemptions"
    verbose_name = _("Redeeming")
    default_auto_field = "django.db.models.BigAutoField"
