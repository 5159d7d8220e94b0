"""Idempotency keys of an outlet: what they look like, what they cover, and the lock under which they are looked up."""

from __future__ import annotations

import hashlib
import re

from django.db.models import CharField, Func, Value

from core.limits import KEY_TEXT
from redemptions.errors import InvalidKey

KEY = re.compile(rf"[A-Za-z0-9._:-]{{1,{KEY_TEXT}}}")


def check_key(key: str) -> None:
    """
    Let a well-formed key pass.

    :raises InvalidKey: if it is empty, long, or has other characters.
    """
    if not KEY.fullmatch(key):
        raise InvalidKey


def request_hash(*asked: object) -> bytes:
    """What the till asked for, never times or ids of ours."""
    return hashlib.sha256("|".join(str(part) for part in asked).encode()).digest()


def lock_of(*, outlet_id: int, key: str) -> Func:
    """
    An expression that waits for whoever uses this key at this outlet now, and keeps the key until the transaction ends.

    What is looked up by the key must be looked up by a later query: this one reads as of before it waited.
    """
    return Func(Value(lock_number(outlet_id=outlet_id, key=key)), function="pg_advisory_xact_lock", output_field=CharField())


def lock_number(*, outlet_id: int, key: str) -> int:
    """The number of the advisory lock of an outlet's key."""
    return int.from_bytes(hashlib.sha256(f"key|{outlet_id}|{key}".encode()).digest()[:8], "big", signed=True)
