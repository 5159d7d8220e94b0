"""Batches of events: repeats, order, several rules, a fixed number of statements, nothing in clear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import Bank
from core.outbox.models import OutboxEvent
from earning.choices import EventAnswer, RuleKind
from earning.models import Award, Event, EventConflict
from earning.queries import why, why_transfer, why_transfers
from earning.services import record_events, take_events
from earning.services.rules import VersionTerms
from points.models import Transfer
from points.queries import spendable
from residents.models import Resident
from tests.earning.world import RULES_START, bill, bill_rule, cloud_event, everything, make_active_rule, send
from tests.world import make_resident, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-05", "12:00")


@pytest.fixture(autouse=True)
def _r1(east: Bank) -> None:
    bill_rule(east)


def test_repeats_inside_a_batch_are_answered_by_the_first(east: Bank, mei: Resident) -> None:
    first, other = bill(24520, paid=AT, event_id="a"), bill(24530, paid=AT, event_id="a")

    outcomes = record_events(bank=east, events=[first, first, other, bill(1000, paid=AT, event_id="b"), other], at=AT, origin="test")

    answers = [EventAnswer.POSTED, EventAnswer.DUPLICATE, EventAnswer.CONFLICT, EventAnswer.POSTED, EventAnswer.CONFLICT]
    assert [outcome.answer for outcome in outcomes] == answers
    assert outcomes[1].transfers == outcomes[0].transfers
    assert spendable(mei.wallet_id, at=AT) == 25
    assert EventConflict.objects.count() == 1  # the same other content is kept once


def test_the_days_cap_goes_by_the_order_of_the_request(east: Bank, mei: Resident) -> None:
    amounts = [150_000, 200_000, 1_000, 90_000, 500_000]
    send(east, bill(10_000, paid=AT), at=AT)

    outcomes = record_events(bank=east, events=[bill(amount, paid=AT) for amount in amounts], at=AT, origin="test")

    assert [outcome.points for outcome in outcomes] == [150, 140, 0, 0, 0]
    assert [outcome.reasons[0].day_left for outcome in outcomes] == [290, 140, 0, 0, 0]
    assert spendable(mei.wallet_id, at=AT) == 300


def test_a_batch_of_several_rules_may_be_more_than_one_batch_of_the_ledger(east: Bank) -> None:
    residents = [make_resident(links={east: f"5{number:03d}"}) for number in range(3)]
    for number in range(3):
        terms = VersionTerms(kind=RuleKind.FIXED, points=number + 1, starts_on=RULES_START)
        make_active_rule(bank=east, code=f"EXTRA-{number}", event_type="bill.paid", terms=terms)
    events = [bill(1000, paid=AT, customer=f"5{number % 3:03d}") for number in range(500)]

    outcomes = record_events(bank=east, events=events, at=AT, origin="test")

    assert {outcome.points for outcome in outcomes} == {7}
    assert Transfer.objects.count() == 2000
    assert sum(spendable(resident.wallet_id, at=AT) for resident in residents) == 3500


def test_one_id_serves_two_banks_and_one_wallet(east: Bank, west: Bank, zhang: Resident) -> None:
    bill_rule(west)
    ours = send(east, bill(10_000, paid=AT, customer="1003", event_id="same"), at=AT)
    theirs = send(west, bill(20_000, paid=AT, customer="2003", event_id="same"), at=AT)

    assert (ours.points, theirs.points) == (10, 20)
    assert spendable(zhang.wallet_id, at=AT) == 30


def test_a_customer_number_of_another_bank_is_unknown(east: Bank, west: Bank, tom: Resident) -> None:
    assert send(east, bill(10_000, paid=AT, customer="2001"), at=AT).answer is EventAnswer.WAITING


@pytest.mark.parametrize("number", [1, 40, 500])
def test_the_number_of_statements_does_not_grow_with_the_batch(east: Bank, mei: Resident, number: int) -> None:
    send(east, bill(1000, paid=AT), at=AT)  # freezes the version
    events = [bill(1000, paid=AT - timedelta(days=place % 30)) for place in range(number)]

    with CaptureQueriesContext(connection) as captured:
        record_events(bank=east, events=events, at=AT, origin="test")

    assert len(captured) <= 12


def test_a_repeated_batch_costs_a_fixed_number_of_statements_too(east: Bank, mei: Resident) -> None:
    events = [bill(1000, paid=AT) for _place in range(500)]
    record_events(bank=east, events=events, at=AT, origin="test")
    before = everything()

    with CaptureQueriesContext(connection) as captured:
        outcomes = record_events(bank=east, events=events, at=AT, origin="test")

    assert {outcome.answer for outcome in outcomes} == {EventAnswer.DUPLICATE}
    assert everything() == before
    assert len(captured) <= 8


def test_why_is_answered_by_event_and_by_transfer(east: Bank, mei: Resident) -> None:
    outcome = send(east, bill(24520, paid=AT), at=AT)
    event = Event.objects.get()

    assert why(event.pk) == outcome.reasons
    assert why_transfers(outcome.transfers) == {outcome.transfers[0]: outcome.reasons[0]}
    assert why_transfer(event.pk) is None


def test_a_refused_event_leaves_its_id_free(east: Bank, mei: Resident) -> None:
    raw = cloud_event(type="bill.payed")
    take_events(bank=east, raw_events=[raw], at=AT, origin="test")

    (outcome,) = take_events(bank=east, raw_events=[cloud_event()], at=AT, origin="test")

    assert outcome.answer is EventAnswer.POSTED


def test_customer_numbers_are_nowhere_in_clear(east: Bank, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    canary = "CANARY-4711-0815"
    make_resident(links={east: canary})
    with caplog.at_level("DEBUG"):
        raw = [cloud_event(id="known", subject=canary), cloud_event(id="unknown", subject=f"{canary}-2")]
        raw += [cloud_event(id="bad", subject=f"{canary}.3"), cloud_event(id="known", subject=f"{canary}-2")]
        outcomes = take_events(bank=east, raw_events=raw, at=AT, origin="test")

    kept: list[Any] = [list(table.objects.values()) for table in (Event, EventConflict, Award, Transfer, OutboxEvent)]
    printed = capfd.readouterr()
    said = caplog.text + printed.out + printed.err + "".join(str(outcome.error) for outcome in outcomes)
    assert [outcome.answer.value for outcome in outcomes] == ["posted", "waiting", "refused", "conflict"]
    assert EventConflict.objects.get().other_customer
    assert "CANARY" not in repr(kept)
    assert "CANARY" not in said
