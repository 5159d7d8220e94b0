"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EarningConfig(AppConfig):
    """Events that come in, rules that decide, points that land."""

    name = "earning"
    label = "earning"
    verbose_name = _("Earning")
    default_auto_field = "django.db.models.BigAutoField"
