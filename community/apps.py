"""Django's entry for this package."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """The composition root: processes and commands that belong to no single package."""

    name = "community"
    label = "community"
