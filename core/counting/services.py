"""
Count what is limited: one query a count, outside any transaction of the request's.

Such a limit keeps the system from being worn out. What guards points is counted in the domain, with the fact. So a counter
that can't be asked lets the request in; the log and `/metrics` tell of it.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from core.counting.models import Counter
from core.limits import COUNTERS_PER_SWEEP
from core.secrets import lookup_hash

PURPOSE: Final = "core.counting"
FAILED: Final = "counting_failed"
COUNT: Final = """
    insert into counting_counter as c (key, ends_at, used) values (%(key)s, %(ends_at)s, 1)
    on conflict (key) do update
    set used = case when c.ends_at = excluded.ends_at then c.used + 1 else 1 end, ends_at = excluded.ends_at
    returning used"""
PUT_BACK: Final = "update counting_counter set used = used - 1 where key = %(key)s and ends_at = %(ends_at)s and used > 0"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """So often in so many seconds; windows begin at whole multiples of them."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How a policy stands after one more was counted."""

    policy: Policy
    used: int
    seconds_left: int

    @property
    def is_over(self) -> bool:
        """Whether this one was too many."""
        return self.used > self.policy.most

    @property
    def left(self) -> int:
        """How many more there may be in this window."""
        return max(self.policy.most - self.used, 0)


def count(*, policy: Policy, key: str, at: datetime) -> Counted:
    """Count one more of this key. A counter that fails has counted nothing."""
    ends = _window_end(policy, at)
    seconds_left = max(ends - int(at.timestamp()), 1)
    row = _ask(COUNT, policy, key, ends)
    return Counted(policy, row or 0, seconds_left)


def put_back(*, policy: Policy, key: str, at: datetime) -> None:
    """Take one off again, in the window of `at`."""
    _ask(PUT_BACK, policy, key, _window_end(policy, at))


def forget_old_counters(*, at: datetime) -> int:
    """Remove counters whose window is over, a batch of them, and say how many there were."""
    old = Counter.objects.filter(ends_at__lt=at).values_list("pk", flat=True)
    removed, _each = Counter.objects.filter(pk__in=old[:COUNTERS_PER_SWEEP]).delete()
    return removed


def failures() -> int:
    """How often a counter could not be asked, and let something in."""
    found: int = cache.get(FAILED, 0)
    return found


def _window_end(policy: Policy, at: datetime) -> int:
    return (int(at.timestamp()) // policy.seconds + 1) * policy.seconds


def _ask(query: str, policy: Policy, key: str, ends: int) -> int | None:
    """What the query returns; None where it returns nothing, or can't be carried out."""
    values: dict[str, bytes | datetime] = {
        "key": lookup_hash(PURPOSE, f"{policy.name}|{key}"),
        "ends_at": datetime.fromtimestamp(ends, UTC),
    }
    # alone in its transaction; where there is one already, as in a test, a failure must not take it along
    around = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with around, connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone() if cursor.description else None
    except DatabaseError:
        logger.exception("a counter could not be asked, and let a request in", extra={"policy": policy.name})
        _count_failure()
        return None
    return row[0] if row else None


def _count_failure() -> None:
    try:
        cache.add(FAILED, 0, timeout=None)
        cache.incr(FAILED)
    except Exception:
        logger.warning("nor could that be counted", exc_info=True)
