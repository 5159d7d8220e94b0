"""Cutting the link between a wallet and its leaves, for ever. The owner's login alone may."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connections

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from identity.models import User
from points.models import Wallet

OWNER: Final = "owner"


def erase_salt(*, actor: User, wallet: UUID, at: datetime) -> bool:
    """Erase what tells a wallet's leaves from others; the leaves, receipts and totals stand. Whether there was something to erase."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select points_erase_salt(%s)", [str(wallet)])
        erased = bool(cursor.fetchone()[0])
    if erased:
        record_security_event(SecurityEventKind.SALT_ERASED, at=at, actor_id=actor.pk, about=Wallet(pk=wallet))
    return erased
