"""A sealer that dies before or after any of its statements leaves no gap, no duplicate and no lost leaf."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import pytest
from django.db import connection, connections

from core.clock import now
from points.audit.checks import run_checks
from points.log.books import CHECKS
from points.log.checkpoints import latest_checkpoint, make_checkpoint
from points.log.proofs import log_size
from points.log.sealing import seal, seal_all
from points.models import Sealed
from points.queries import last_sealed, waiting_facts
from tests.ledger_world import LedgerWorld
from tests.points.log.world import spend_some
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)
CAME_THROUGH, DIED_OUTSIDE, DIED_INSIDE = 0, 10, 11
FACTS: Final = """
    select (select count(*) from points_transfer) + (select count(*) from points_refusal) + (select count(*) from points_declaration)"""


def die_at(nth: int, *, after: bool) -> int:
    """Seal and sign in a process of its own, which ends at its nth statement as a machine does; where it was then."""
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=_seal_and_die, args=(nth, after))
    process.start()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "it neither died nor came through"
    return process.exitcode


def _seal_and_die(nth: int, after: bool) -> None:  # noqa: FBT001 - a process's arguments
    seen = count(1)

    def watch(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        now_at = next(seen)
        if now_at == nth and not after:
            _die()
        result = execute(sql, values, many, context)
        if now_at == nth:
            _die()
        return result

    with connection.execute_wrapper(watch):
        seal()
        make_checkpoint(at=now())
    os._exit(CAME_THROUGH)


def _die() -> None:
    os._exit(DIED_INSIDE if connection.in_atomic_block else DIED_OUTSIDE)


def assert_whole() -> None:
    """Numbers are dense, each has its leaf, each fact has a number or waits for one, and no fact has two."""
    numbers = list(Sealed.objects.order_by("number").values_list("number", flat=True))
    facts = set(Sealed.objects.values_list("party_id", "fact_id"))
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        all_facts = cursor.fetchone()[0]
    assert numbers == list(range(1, len(numbers) + 1))
    assert last_sealed() == log_size() == len(numbers) == len(facts)
    assert len(numbers) + waiting_facts(most=10_000) == all_facts
    assert run_checks(CHECKS) == []


@pytest.mark.parametrize("after", [False, True])
def test_a_sealer_killed_at_any_statement_leaves_the_log_whole(*, after: bool) -> None:
    ledger = LedgerWorld().open()
    spend_some(ledger)
    seal_all()
    make_checkpoint(at=now())
    died = []
    for nth in count(1):
        spend_some(ledger, times=1)
        died.append(die_at(nth, after=after))
        assert_whole()
        if died[-1] == CAME_THROUGH:
            break

    assert died.count(DIED_INSIDE) >= 7  # five statements of a sealing, three of a checkpoint
    assert set(died) <= {DIED_INSIDE, DIED_OUTSIDE, CAME_THROUGH}
    seal_all()
    make_checkpoint(at=now())
    assert_whole()
    found = latest_checkpoint()
    assert found is not None
    assert (found.size, waiting_facts(most=1)) == (last_sealed(), 0)
