"""Django's entry for this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    """The ledger: wallets, issuers, accounts, transfers. It knows no people."""

    name = "points"
    label = "points"
    verbose_name = _("Ledger")
    default_auto_field = "django.db.models.BigAutoField"
