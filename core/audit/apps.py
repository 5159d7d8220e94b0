"""Django's entry for this package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Security events, which the login of the processes can add and read, and never change."""

    name = "core.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
