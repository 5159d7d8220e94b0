"""
What a page showed, carried by the page itself: a deed is done to exactly that, or refused.

A confirmation kept in the session belongs to whichever tab asked last. So a page that asks "really?" brings back what it
showed, signed, or a fingerprint of the row it showed; whoever acts compares before acting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core import signing
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind


class ChangedSinceShown(DomainError):
    """What the person looked at is not what is there now, or nobody knows what they looked at."""

    code = "changed_since_shown"
    kind = ErrorKind.CONFLICT
    message = _("This changed since you looked at it. Nothing was done. Look at it again, then decide.")


class ShownToAnother(DomainError):
    """The page was made for somebody else who was signed in on this device."""

    code = "shown_to_another"
    kind = ErrorKind.CONFLICT
    message = _("Somebody else is signed in here now. Nothing was done. Open the page again.")


def sign_shown(*, about: str, viewer: object, facts: Mapping[str, str | int]) -> str:
    """The facts that a page asks about, signed for the person who looks at it; `about` keeps one kind of page from another."""
    return signing.dumps({"viewer": str(viewer), "facts": dict(facts)}, salt=f"shown:{about}")


def read_shown(token: str, *, about: str, viewer: object) -> dict[str, Any]:
    """
    The facts that were signed for this person.

    :raises ChangedSinceShown: if this is no page of that kind.
    :raises ShownToAnother: if the page was shown to somebody else.
    """
    try:
        shown = signing.loads(token, salt=f"shown:{about}")
    except signing.BadSignature:
        raise ChangedSinceShown from None
    if shown["viewer"] != str(viewer):
        raise ShownToAnother
    facts: dict[str, Any] = shown["facts"]
    return facts


def row_fingerprint(row: Model) -> str:
    """A short hash of all columns of a row, to tell whether it is still the one that was shown."""
    values = {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}  # noqa: SLF001 - Django's own name
    return sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
