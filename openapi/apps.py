"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenApiConfig(AppConfig):
    """JSON for partner systems."""

    name = "openapi"
    label = "openapi"
    verbose_name = _("Open API")
    default_auto_field = "django.db.models.BigAutoField"
