"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BranchesConfig(AppConfig):
    """Alliance, banks, branches, neighborhoods, and who works there."""

    name = "branches"
    label = "branches"
    verbose_name = _("Alliance and banks")
    default_auto_field = "django.db.models.BigAutoField"
