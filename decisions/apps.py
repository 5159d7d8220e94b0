"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    """What one person asks for and another one decides."""

    name = "decisions"
    label = "decisions"
    verbose_name = _("Second person")
    default_auto_field = "django.db.models.BigAutoField"
