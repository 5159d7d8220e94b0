"""
Residents are told in time what expires: a month before, and a week before, each once.

The notice is written with its news in one transaction; `web/notices` makes a text message of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import connection, transaction

from core.clock import alliance_day
from core.limits import EXPIRY_NOTICE_DAYS, EXPIRY_NOTICES_AT_ONCE
from core.outbox.services import publish
from points.queries import expiring
from residents.models import Resident

# Of two sweeps at once one writes a notice, and that one tells it.
NEW_NOTICES: Final = """
    insert into residents_expirynotice (wallet_id, expires_on, days, points, made_at)
    select wallet, day, days, points, %s
    from json_to_recordset(%s) as r(wallet uuid, day date, days smallint, points bigint)
    order by wallet, day
    on conflict (wallet_id, expires_on, days) do nothing
    returning id"""
Due = tuple[UUID, date, int]  # wallet, last day, points


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsExpire:
    """A resident is to be told that points expire."""

    topic: ClassVar[str] = "residents.expiry_noticed"
    notice: int


def notice_expiries(*, at: datetime) -> int:
    """
    Note what expires within a month or a week and is not noted yet, for all who sign in; returns how many notices.

    Twice, it changes nothing; late, it still notes once what has not expired yet. Each batch commits for itself.
    """
    today, total, after = alliance_day(at), 0, None
    last = today + timedelta(days=max(EXPIRY_NOTICE_DAYS))
    while batch := expiring(first=today, last=last, after=after, limit=EXPIRY_NOTICES_AT_ONCE):
        total += _note(batch, today, at)
        after = batch[-1][:2]
    return total


def _note(batch: Sequence[Due], today: date, at: datetime) -> int:
    wallets = {wallet for wallet, _day, _points in batch}
    theirs = set(Resident.objects.filter(wallet_id__in=wallets, user__is_active=True).values_list("wallet_id", flat=True))
    rows = [
        {"wallet": str(wallet), "day": day.isoformat(), "days": _which(day - today), "points": points}
        for wallet, day, points in batch
        if wallet in theirs
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEW_NOTICES, [at, json.dumps(rows)])
        made = [notice for (notice,) in cursor.fetchall()]
        for notice in made:
            publish(PointsExpire(notice=notice), at=at)
    return len(made)


def _which(left: timedelta) -> int:
    """The latest notice whose time has come: that of a week, or that of a month."""
    return min(days for days in EXPIRY_NOTICE_DAYS if left.days <= days)
