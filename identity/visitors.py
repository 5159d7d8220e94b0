"""Who tries to sign in: a browser, and the network that it is in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from identity.models import User

BROWSER_BYTES: Final = 16
USERS_REMEMBERED: Final = 5  # on one browser: a family's tablet, a till


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser under a name that it was given at random, its network, and who signed in on it: session epochs by user."""

    browser: str
    network: str
    signed_in: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def new(cls, *, network: str) -> Self:
        """One that nobody saw before."""
        return cls(browser=secrets.token_hex(BROWSER_BYTES), network=network)

    def knows(self, user: User | None) -> bool:
        """Whether the user signed in here, and hasn't signed out everywhere since."""
        return user is not None and self.signed_in.get(user.pk) == user.session_epoch

    def having(self, user: User) -> Self:
        """The same browser once the user has signed in, who is the newest of a few."""
        others = [(pk, epoch) for pk, epoch in self.signed_in.items() if pk != user.pk]
        return replace(self, signed_in=dict([*others[1 - USERS_REMEMBERED :], (user.pk, user.session_epoch)]))
