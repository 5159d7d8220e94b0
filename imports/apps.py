"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """The files that banks hand in."""

    name = "imports"
    label = "imports"
    verbose_name = _("Files")
    default_auto_field = "django.db.models.BigAutoField"
