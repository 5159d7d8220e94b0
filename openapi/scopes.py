"""What a partner system may be allowed to do, and which of it each client is."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

from openapi.models import Client

EVENTS_WRITE: Final = "events:write"
EVENTS_READ: Final = "events:read"
LOG_READ: Final = "log:read"
SCOPES: Final = {
    EVENTS_WRITE: _("Send events"),
    EVENTS_READ: _("See what became of events"),
    LOG_READ: _("Read the bank's own leaves of the sealed log"),
}


class ClientScopes(BaseScopes):  # type: ignore[misc]  # the toolkit has no types
    """A client gets the scopes written beside it; a token asked for without scopes gets all of them."""

    def get_all_scopes(self) -> dict[str, Any]:
        """Every scope there is, with what it is for."""
        return dict(SCOPES)

    def get_available_scopes(self, application: Client | None = None, *_args: object, **_kwargs: object) -> list[str]:
        """What this client may ask for."""
        return [] if application is None else application.scopes.split()

    def get_default_scopes(self, application: Client | None = None, *_args: object, **_kwargs: object) -> list[str]:
        """What it gets when it doesn't ask."""
        return self.get_available_scopes(application)
