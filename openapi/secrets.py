"""
How clients' secrets are kept: hashed once with a key of ours.

A secret is 128 random characters of our own making. Nobody guesses it, so the hash needn't be slow; whoever has the table
without the key can't even try.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

from django.contrib.auth.hashers import BasePasswordHasher

from core.secrets import lookup_hash

PURPOSE: Final = "openapi.client_secret"


class KeyedHasher(BasePasswordHasher):
    """HMAC-SHA-256 under `LOOKUP_KEY`, in the shape that Django's hashers have."""

    algorithm = "keyed_sha256"

    def encode(self, password: str, salt: str) -> str:  # noqa: ARG002 - Django's; what is random needs none
        """The hash as it is kept."""
        return f"{self.algorithm}${lookup_hash(PURPOSE, password).hex()}"

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the hash is this secret's."""
        return hmac.compare_digest(self.encode(password, ""), encoded)

    def decode(self, encoded: str) -> dict[str, str]:
        """The parts of the hash."""
        algorithm, _dollar, hashed = encoded.partition("$")
        return {"algorithm": algorithm, "hash": hashed}

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What may be shown of it."""
        return {"algorithm": self.decode(encoded)["algorithm"]}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: every check takes as long."""


def hash_secret(secret: str) -> str:
    """The secret as it is kept."""
    return KeyedHasher().encode(secret, "")


def is_one_of(secret: str, kept: tuple[str, ...]) -> bool:
    """Whether a secret is one of those that are kept. As much is done for none as for the right one."""
    hashed = hash_secret(secret).encode()
    found = [hmac.compare_digest(hashed, each.encode()) for each in kept]  # all of them, whichever is right
    return any(found)
