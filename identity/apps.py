"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """Anyone who signs in."""

    name = "identity"
    label = "identity"
    verbose_name = _("Users")
    default_auto_field = "django.db.models.BigAutoField"
