"""Django's entry for this package."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """What forms answered."""

    name = "core.answers"
    label = "answers"
    default_auto_field = "django.db.models.BigAutoField"
