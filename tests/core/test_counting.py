"""Counters of limits: windows, many at once, and one that fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connections

from core.counting.models import Counter
from core.counting.services import Policy, count, failures, forget_old_counters, put_back
from tests.threads import at_once

POLICY = Policy("test", most=3, seconds=60)
NOON = datetime(2026, 3, 20, 4, 0, 20, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def table_away() -> Iterator[None]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table counting_counter rename to away")
        yield
        cursor.execute("alter table away rename to counting_counter")


def test_a_window_has_so_many_and_the_next_begins_anew() -> None:
    seen = [count(policy=POLICY, key="a", at=NOON) for _ in range(4)]

    assert [(one.used, one.left, one.is_over) for one in seen] == [(1, 2, False), (2, 1, False), (3, 0, False), (4, 0, True)]
    assert seen[0].seconds_left == 40
    assert count(policy=POLICY, key="a", at=NOON + timedelta(seconds=39)).is_over
    assert count(policy=POLICY, key="a", at=NOON + timedelta(seconds=40)).used == 1


def test_keys_and_policies_are_counted_apart() -> None:
    count(policy=POLICY, key="a", at=NOON)

    assert count(policy=POLICY, key="b", at=NOON).used == 1
    assert count(policy=Policy("other", 3, 60), key="a", at=NOON).used == 1


def test_what_is_put_back_may_be_used_again() -> None:
    for _ in range(3):
        count(policy=POLICY, key="a", at=NOON)
    put_back(policy=POLICY, key="a", at=NOON)

    assert not count(policy=POLICY, key="a", at=NOON).is_over
    put_back(policy=POLICY, key="nobody", at=NOON)
    assert Counter.objects.count() == 1


def test_old_counters_are_removed_and_no_others() -> None:
    count(policy=POLICY, key="a", at=NOON)
    count(policy=POLICY, key="b", at=NOON + timedelta(minutes=1))

    assert forget_old_counters(at=NOON + timedelta(minutes=1)) == 1
    assert count(policy=POLICY, key="b", at=NOON + timedelta(minutes=1)).used == 2


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_counter_that_fails_lets_in_and_is_told_of(table_away: None) -> None:
    seen = [count(policy=POLICY, key="a", at=NOON) for _ in range(5)]

    assert not any(one.is_over for one in seen)
    assert failures() == 5


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_many_at_once_are_each_counted() -> None:
    seen = at_once(lambda _: count(policy=POLICY, key="a", at=NOON).used, range(16))

    assert sorted(seen) == list(range(1, 17))
