"""Django's entry for this package."""

from django.apps import AppConfig


class CountingConfig(AppConfig):
    """Counters with a window."""

    name = "core.counting"
    label = "counting"
    default_auto_field = "django.db.models.BigAutoField"
