"""Cutting the link between a wallet and its leaves, for ever. The owner's login alone may."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connections

OWNER: Final = "owner"


def erase_salt(*, wallet: UUID) -> bool:
    """Erase what tells a wallet's leaves from others; the leaves, receipts and totals stand. Whether there was something to erase."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select points_erase_salt(%s)", [str(wallet)])
        return bool(cursor.fetchone()[0])
