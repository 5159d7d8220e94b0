"""Partner systems that call the Open API."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from branches.models import Bank


class Client(AbstractApplication):  # type: ignore[misc]  # the toolkit has no types
    """A bank's system: signs in with its own id and secret (OAuth 2 client credentials, nothing else)."""

    user = None  # a system signs in for its bank, for no person
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="+", verbose_name=_("bank"))
    scopes = models.CharField(_("scopes"), max_length=200, help_text=_("What it may do, separated by spaces."))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

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
        ]

    def is_usable(self, request: object) -> bool:  # noqa: ARG002 - the toolkit's
        """Whether it may still sign in."""
        return self.ended_at is None
