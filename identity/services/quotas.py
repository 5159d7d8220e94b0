"""
How many codes may be asked for, and how often one may be guessed at.

Counts belong to whoever tries: to a browser, and to its network. Strangers together have counts of their own for each phone, so
that six digits aren't guessed from many places. A browser on which the phone's user signed in before has counts that no stranger
fills. `docs/adr/0021-counts-belong-to-who-tries.md` has the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import limits
from core.clock import waited_until
from core.errors import DomainError, ErrorKind
from identity.models import SignInCode

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class TooManyCodes(DomainError):
    """So many codes were asked for from here that no further one is, for now."""

    code = "too_many_codes"
    kind = ErrorKind.LIMITED
    message = _("Too many codes were asked for from here. Wait until %(until)s, then ask again.")


class TooManyCodesForPhone(DomainError):
    """Strangers asked for so many codes for a phone that they get no further one, for now."""

    code = "too_many_codes_for_phone"
    kind = ErrorKind.LIMITED
    message = _("Too many codes were sent to this number today. Wait until %(until)s, or use a browser where you signed in before.")


class TooManyCodesInAll(DomainError):
    """So many codes went out that no further one does, for now."""

    code = "too_many_codes_in_all"
    kind = ErrorKind.LIMITED
    message = _("Too many codes were sent today. Wait until %(until)s, then ask again.")


class TooManyTries(DomainError):
    """So many wrong codes were typed here that no further one is looked at, for now."""

    code = "too_many_tries"
    kind = ErrorKind.LIMITED
    message = _("Too many wrong codes were typed from here. Wait until %(until)s, then ask for a new code.")


class TooManyTriesForPhone(DomainError):
    """Strangers typed so many wrong codes for a phone that none of theirs is looked at, for now."""

    code = "too_many_tries_for_phone"
    kind = ErrorKind.LIMITED
    message = _("Too many wrong codes were typed for this number. Wait until %(until)s, or use a browser where you signed in before.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose counts a code adds to."""

    phone_hash: bytes
    browser_hash: bytes
    network_hash: bytes
    prefix_hash: bytes
    is_known: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """So many of these rows, or of their wrong tries, in this time."""

    rows: QuerySet[SignInCode]
    most: int
    window: timedelta
    error: type[DomainError]


def refusal_to_send(origin: Origin, *, at: datetime) -> DomainError | None:
    """Why no further code is sent now, if none is."""
    return next((refusal for bound in _bounds_of_codes(origin) if (refusal := _full(bound, at))), None) or refusal_to_check(origin, at=at)


def refusal_to_check(origin: Origin, *, at: datetime) -> DomainError | None:
    """Why no further try is looked at now, if none is."""
    return next((refusal for bound in _bounds_of_tries(origin) if (refusal := _full_of_tries(bound, at))), None)


def is_open_to_newcomers(*, at: datetime) -> bool:
    """Whether codes go to phones without a user; the last part of a day's is kept for the others."""
    sent = SignInCode.objects.filter(is_sent=True, made_at__gt=at - DAY).count()
    return sent * 100 < limits.SIGN_IN_CODES_PER_DAY_IN_ALL * limits.SIGN_IN_CODES_OPEN_PERCENT


def _bounds_of_codes(origin: Origin) -> Iterator[Bound]:
    every = SignInCode.objects
    yield Bound(every.filter(is_sent=True), limits.SIGN_IN_CODES_PER_DAY_IN_ALL, DAY, TooManyCodesInAll)
    mine = every.filter(phone_hash=origin.phone_hash, browser_hash=origin.browser_hash)
    if origin.is_known:
        yield Bound(mine, limits.SIGN_IN_CODES_PER_HOUR_KNOWN, HOUR, TooManyCodes)
        yield Bound(mine, limits.SIGN_IN_CODES_PER_DAY_KNOWN, DAY, TooManyCodes)
        return
    strangers = every.filter(is_known=False)
    phone, network = strangers.filter(phone_hash=origin.phone_hash), strangers.filter(network_hash=origin.network_hash)
    both = phone.filter(network_hash=origin.network_hash)
    yield Bound(mine, limits.SIGN_IN_CODES_PER_HOUR, HOUR, TooManyCodes)
    yield Bound(mine, limits.SIGN_IN_CODES_PER_DAY, DAY, TooManyCodes)
    yield Bound(both, limits.SIGN_IN_CODES_PER_HOUR_NETWORK, HOUR, TooManyCodes)
    yield Bound(both, limits.SIGN_IN_CODES_PER_DAY_NETWORK, DAY, TooManyCodes)
    yield Bound(phone, limits.SIGN_IN_CODES_PER_DAY_PHONE, DAY, TooManyCodesForPhone)
    yield Bound(network, limits.SIGN_IN_CODES_PER_DAY_ALL_PHONES, DAY, TooManyCodes)
    neighbors = strangers.filter(prefix_hash=origin.prefix_hash)
    yield Bound(neighbors, limits.SIGN_IN_CODES_PER_DAY_PREFIX, DAY, TooManyCodesInAll)


def _bounds_of_tries(origin: Origin) -> Iterator[Bound]:
    mine = SignInCode.objects.filter(phone_hash=origin.phone_hash, browser_hash=origin.browser_hash)
    if origin.is_known:
        yield Bound(mine, limits.SIGN_IN_WRONG_PER_DAY_KNOWN, DAY, TooManyTries)
        return
    strangers = SignInCode.objects.filter(is_known=False)
    phone, network = strangers.filter(phone_hash=origin.phone_hash), strangers.filter(network_hash=origin.network_hash)
    yield Bound(mine, limits.SIGN_IN_WRONG_PER_DAY, DAY, TooManyTries)
    yield Bound(phone.filter(network_hash=origin.network_hash), limits.SIGN_IN_WRONG_PER_DAY_NETWORK, DAY, TooManyTries)
    yield Bound(phone, limits.SIGN_IN_WRONG_PER_DAY_PHONE, DAY, TooManyTriesForPhone)
    yield Bound(network, limits.SIGN_IN_WRONG_PER_DAY_ALL_PHONES, DAY, TooManyTries)


def _full(bound: Bound, at: datetime) -> DomainError | None:
    """The refusal, until the row that stands in the way leaves the window."""
    inside = bound.rows.filter(made_at__gt=at - bound.window)
    made = inside.order_by("-made_at").values_list("made_at", flat=True)[bound.most - 1 : bound.most]
    return next((bound.error(until=waited_until(first + bound.window, at=at)) for first in made), None)


def _full_of_tries(bound: Bound, at: datetime) -> DomainError | None:
    tries = 0
    inside = bound.rows.filter(made_at__gt=at - bound.window, tries__gt=0).order_by("-made_at")
    for made_at, wrong in inside.values_list("made_at", "tries")[: bound.most]:
        tries += wrong
        if tries >= bound.most:
            return bound.error(until=waited_until(made_at + bound.window, at=at))
    return None
