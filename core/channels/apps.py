"""Django's entry for this package."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Ways out to a person: text messages and e-mail."""

    name = "core.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"
