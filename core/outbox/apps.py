"""Django's entry for this package."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Events written in the same transaction as the facts they tell of, delivered later."""

    name = "core.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
