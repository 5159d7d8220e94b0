"""
A new bank link or a new phone begins slowly: for a day little leaves the wallet, so that whoever it belongs to has time to speak up.

Points that a person had before they claimed one more link are free of it, and an older phone is. What left the wallet today is
asked of the ledger, under a lock of the wallet's own, so that two tills at once don't exceed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.clock import alliance_day, day_starts, moment_text
from core.errors import DomainError, ErrorKind
from core.limits import COOL_DOWN, COOL_DOWN_POINTS_PER_DAY
from points.queries import left_wallet, spendable
from residents.models import Resident

LOCK = "select pg_advisory_xact_lock(hashtext('residents_cooling'), hashtext(%s))"


class CoolDown(DomainError):
    """More than a new link or phone may spend today."""

    code = "cool_down"
    kind = ErrorKind.LIMITED
    message = _(
        "A bank link or phone that is new spends at most %(most)s points a day until %(until)s. Left today: %(left)s. "
        "Take no more than that, or use a phone that was there before."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """How many points may still leave the wallet today, and when that ends; because of the phone, or else of a new bank link."""

    left: int
    until: datetime
    is_of_phone: bool

    @property
    def until_words(self) -> str:
        """The end as people read it."""
        return moment_text(self.until)


def cooling_of(resident: Resident, *, points: int, phone_since: datetime | None, at: datetime) -> Cooling | None:
    """
    What a new link or phone leaves for today, if that is less than these points; None if it stands in the way of none of them.

    `phone_since`: since when the phone in use is known.
    """
    found = [_of_link(resident, at=at), _of_phone(resident, phone_since, at=at)]
    return min((each for each in found if each is not None and each.left < points), key=lambda each: each.left, default=None)


def refusal_of(resident: Resident, *, points: int, phone_since: datetime | None, at: datetime) -> CoolDown | None:
    """
    The refusal, if so many points are more than may leave now. In the caller's transaction, which moves them.

    Until it ends, what else leaves this wallet slowly waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [str(resident.wallet_id)])
    cooling = cooling_of(resident, points=points, phone_since=phone_since, at=at)
    if cooling is None:
        return None
    return CoolDown(most=COOL_DOWN_POINTS_PER_DAY, left=cooling.left, until=cooling.until_words)


def free_points(resident: Resident, *, at: datetime) -> int:
    """Points that stay free if one more link is claimed now: those that are there, unless they are slow themselves."""
    if _is_slow(resident, at=at):
        return _still_free(resident, before=at)
    return spendable(resident.wallet_id, at=at)


def _of_link(resident: Resident, *, at: datetime) -> Cooling | None:
    if not _is_slow(resident, at=at) or resident.slow_since is None or resident.slow_until is None:
        return None
    today = day_starts(alliance_day(at))
    begun = max(today, resident.slow_since)
    free = _still_free(resident, before=begun)
    left = COOL_DOWN_POINTS_PER_DAY + free - left_wallet(resident.wallet_id, since=begun)
    return Cooling(left=max(left, 0), until=resident.slow_until, is_of_phone=False)


def _of_phone(resident: Resident, phone_since: datetime | None, *, at: datetime) -> Cooling | None:
    if phone_since is None or at >= phone_since + COOL_DOWN:
        return None
    left = COOL_DOWN_POINTS_PER_DAY - left_wallet(resident.wallet_id, since=day_starts(alliance_day(at)))
    return Cooling(left=max(left, 0), until=phone_since + COOL_DOWN, is_of_phone=True)


def _is_slow(resident: Resident, *, at: datetime) -> bool:
    return resident.slow_until is not None and at < resident.slow_until


def _still_free(resident: Resident, *, before: datetime) -> int:
    """Of the points that were there when the newest link was claimed, how many had not left before that moment."""
    assert resident.slow_since is not None, "what is slow is so since a moment"
    return max(resident.slow_free - left_wallet(resident.wallet_id, since=resident.slow_since, before=before), 0)
