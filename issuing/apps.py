"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IssuingConfig(AppConfig):
    """Terms, exposure cap and suspension of the banks that issue points."""

    name = "issuing"
    label = "issuing"
    verbose_name = _("Issuing")
    default_auto_field = "django.db.models.BigAutoField"
