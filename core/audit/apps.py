"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Security events, which the login of the processes can add and read, and never change."""

    name = "core.audit"
    label = "audit"
    verbose_name = _("Security")
    default_auto_field = "django.db.models.BigAutoField"
