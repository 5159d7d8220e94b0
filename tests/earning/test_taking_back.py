"""The one way to a clawback reads the kept cancellation in the database, and never takes more than it says."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from branches.models import Bank
from core.clock import alliance_day
from earning.cancellations import CancellationIn
from earning.models import Award, Cancellation, Event, TakenBack
from earning.services import cancel_event
from points.queries import spendable
from residents.models import Resident
from tests.earning.world import bill, bill_rule, send
from tests.ledger_world import facts
from tests.world import moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-20", "09:00")


@pytest.fixture
def award(east: Bank, mei: Resident) -> Award:
    """Mei paid a bill and got 24 points."""
    bill_rule(east)
    send(east, bill(24520, paid=AT, event_id="b1"), at=AT)
    return Award.objects.get()


def kept(event: Event, *, points: int) -> Cancellation:
    """A cancellation, as the processes may keep it."""
    return Cancellation.objects.create(
        bank=event.bank, cancellation_id=f"c{uuid4()}", event=event, points=points, content_hash=b"", cancelled_at=AT, received_at=AT
    )


def take(cancellation: UUID, *takings: tuple[int, int]) -> list[str]:
    """As the login of the processes, past the service."""
    asked = json.dumps([{"award": award, "points": points, "id": str(uuid4())} for award, points in takings])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select outcome from earning_take_back(%s, %s, %s, %s)", [cancellation, asked, AT, alliance_day(AT)])
        return [outcome for (outcome,) in cursor.fetchall()]


def test_what_it_says_is_taken_in_parts_and_kept(award: Award, mei: Resident) -> None:
    cancellation = kept(award.event, points=10)

    assert take(cancellation.pk, (award.pk, 10)) == ["posted"]

    assert [(row.award_id, row.points) for row in cancellation.takings.all()] == [(award.pk, 10)]
    assert spendable(mei.wallet_id, at=AT) == 14


@pytest.mark.parametrize("how", ["unknown", "too much", "too much in all", "of another event", "nothing", "less than nothing"])
def test_more_than_it_says_is_not_taken(how: str, award: Award, east: Bank, mei: Resident) -> None:
    send(east, bill(24520, paid=AT, event_id="b2"), at=AT)
    other = Award.objects.get(event__event_id="b2")
    cancellation = kept(award.event, points=10)
    before = facts()
    asked = {
        "unknown": [(award.pk, 1)],
        "too much": [(award.pk, 11)],
        "too much in all": [(award.pk, 10), (award.pk, 1)],
        "of another event": [(other.pk, 1)],
        "nothing": [(award.pk, 0)],
        "less than nothing": [(award.pk, -1)],
    }[how]

    with pytest.raises(DatabaseError, match="does not say so, or there is none"):
        take(uuid4() if how == "unknown" else cancellation.pk, *asked)

    assert facts() == before
    assert not TakenBack.objects.exists()
    assert take(cancellation.pk, (award.pk, 10)) == ["posted"]
    with pytest.raises(DatabaseError, match="does not say so"):
        take(cancellation.pk, (award.pk, 1))


def test_a_refusal_of_the_ledger_is_an_answer_and_keeps_no_taking(award: Award, east: Bank, mei: Resident) -> None:
    told = CancellationIn(cancellation_id="c1", event_id="b1", cancelled_at=AT, amount_minor=None)
    assert [taking.points for taking in cancel_event(bank=east, cancellation=told, at=AT, origin="test").takings] == [24]

    assert take(kept(award.event, points=24).pk, (award.pk, 24)) == ["already_reversed"]

    assert TakenBack.objects.count() == 1
    assert spendable(mei.wallet_id, at=AT) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "insert into earning_takenback (cancellation_id, award_id, transfer_id, points) select null, null, null, 1",
        "update earning_cancellation set points = points + 1",
        "delete from earning_cancellation",
        "update earning_award set points = points + 1",
        "delete from earning_award",
        "update earning_event set amount_minor = amount_minor + 1",
        "delete from earning_event",
    ],
)
def test_what_was_kept_is_not_the_processes_to_change(statement: str, award: Award) -> None:
    kept(award.event, points=24)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert (Award.objects.get().points, Cancellation.objects.get().points, Event.objects.get().amount_minor) == (24, 24, 24520)
