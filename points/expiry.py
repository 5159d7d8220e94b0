"""
The sweepers: lots past their last day, holds past their deadline. At any time, late or twice, the same comes out.

Nothing waits for them: what is spendable, and whether a hold may be captured, is decided by the clock when it is asked.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from core.clock import alliance_day
from core.ids import uuid7
from core.limits import HOLDS_PER_RELEASE, HOLDS_PER_SWEEP, SWEEPS_AT_ONCE, WALLETS_PER_SWEEP
from points.errors import LedgerBusy
from points.models import OpenHold
from points.posting import Release, post

log = structlog.get_logger(__name__)


def expire_all_due(*, at: datetime) -> int:
    """Move what is left in expired lots to breakage, batch after batch, up to a bound; returns how many lots that were."""
    expired = 0
    for _batch in range(SWEEPS_AT_ONCE):
        found = expire_due(at=at)
        if not found:
            break
        expired += found
    return expired


def expire_due(*, at: datetime, limit: int = WALLETS_PER_SWEEP) -> int:
    """
    Move what is left in expired lots to breakage, for up to `limit` wallets; returns how many lots that were.

    Wallets that are locked just now are left for the next time.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select points_expire(%s, %s, %s, %s, %s)",
            [limit, uuid7(), at, alliance_day(at), settings.ALLIANCE_TIME_ZONE],
        )
        expired: int = cursor.fetchone()[0]
    return expired


def release_overdue(*, at: datetime) -> int:
    """
    Release holds past their deadline, the oldest first, up to a bound; returns how many.

    A few go together; where one's wallet stays locked by others, these few are left for the next time.
    """
    overdue = list(OpenHold.objects.filter(due_at__lt=at).order_by("due_at").values_list("party_id", "transfer_id")[:HOLDS_PER_SWEEP])
    releases = [Release(wallet=wallet, follows=hold, key=f"overdue:{hold}", effective_at=at) for wallet, hold in overdue]
    return sum(_release(releases[start : start + HOLDS_PER_RELEASE], at=at) for start in range(0, len(releases), HOLDS_PER_RELEASE))


def _release(releases: list[Release], *, at: datetime) -> int:
    try:
        with transaction.atomic():
            results = post(releases, at=at)
    except LedgerBusy:
        log.info("points.holds_left_for_later", holds=len(releases))
        return 0
    return sum(result.posted and not result.again for result in results)
