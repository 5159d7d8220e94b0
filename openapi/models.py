"""Partner systems that call the Open API."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from branches.models import Bank
from identity.authors import author


class Client(AbstractApplication):  # type: ignore[misc]  # the toolkit has no types
    """A bank's system: signs in with its own id and secret (OAuth 2 client credentials, nothing else)."""

    user = None  # a system signs in for its bank, for no person
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="+", verbose_name=_("bank"))
    scopes = models.TextField(_("scopes"), help_text=_("What it may do, separated by spaces."))
    previous_secret = models.CharField(_("previous secret"), max_length=255, blank=True, default="", db_default="")
    previous_until = models.DateTimeField(_("previous secret good until"), null=True, blank=True)
    made_by = author(_("made by"))
    renewed_by = author(_("secret renewed by"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = author(_("ended by"))

    objects: ClassVar[models.Manager[Client]] = models.Manager()

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="openapi_client_confidential_credentials",
                condition=Q(
                    client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
                    hash_client_secret=True,
                ),
            ),
            models.CheckConstraint(
                name="openapi_client_previous_secret_ends",
                condition=Q(previous_secret="", previous_until__isnull=True) | Q(~Q(previous_secret=""), previous_until__isnull=False),
            ),
        ]

    def is_usable(self, request: object) -> bool:  # noqa: ARG002 - the toolkit's
        """Whether it may still sign in."""
        return self.ended_at is None

    def secrets_at(self, at: datetime) -> tuple[str, str]:
        """The hashes of the secrets that open the door now: the newest, and the one before while it is still good."""
        is_good = self.previous_until is not None and at < self.previous_until
        return self.client_secret, self.previous_secret if is_good else self.client_secret
