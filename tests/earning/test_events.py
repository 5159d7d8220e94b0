"""What an event must look like: one line for each way to be wrong, and nothing is kept of any."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from branches.models import Bank
from branches.services.customers import shape_customers
from core.identifiers import CustomerShape
from core.limits import EVENT_AGE, EVENT_AMOUNT_MINOR
from earning.choices import EventAnswer
from earning.events import content_hash, read_event
from earning.services import take_events
from identity.models import User
from residents.models import Resident
from tests.earning.world import bill_rule, cloud_event, everything
from tests.world import moment

AT = moment("2026-03-05", "12:00")
LATER = (AT + timedelta(minutes=6)).isoformat()
ANCIENT = (AT - EVENT_AGE - timedelta(seconds=1)).isoformat()

BAD: list[tuple[str, object, str]] = [
    ("no object", [], "not_an_event"),
    ("text", "bill", "not_an_event"),
    ("no specversion", cloud_event(specversion=None), "field_missing"),
    ("no id", cloud_event(id=None), "field_missing"),
    ("no source", cloud_event(source=None), "field_missing"),
    ("no type", cloud_event(type=None), "field_missing"),
    ("no subject", cloud_event(subject=None), "field_missing"),
    ("no time", cloud_event(time=None), "field_missing"),
    ("no data", {**cloud_event(), "data": None}, "field_missing"),
    ("no currency", cloud_event(data={"currency": None}), "field_missing"),
    ("currency without an amount", cloud_event(data={"amount_minor": None}), "field_missing"),
    ("another version", cloud_event(specversion="0.3"), "field_invalid"),
    ("empty id", cloud_event(id=""), "field_invalid"),
    ("a number for an id", cloud_event(id=17), "field_invalid"),
    ("long id", cloud_event(id="x" * 101), "field_invalid"),
    ("an id with a control mark", cloud_event(id="a\x00b"), "character_refused"),
    ("an id with half a pair", cloud_event(id="a\ud800"), "character_refused"),
    ("a field named by half a pair", {**cloud_event(), "\ud800": 1}, "field_unknown"),
    ("data named by half a pair", cloud_event(data={"\ud800": 1}), "field_unknown"),
    ("a number for a customer", cloud_event(subject=1001), "field_invalid"),
    ("a customer with a dot", cloud_event(subject="1001.0"), "customer_not_valid"),
    ("a long customer", cloud_event(subject="1" * 41), "customer_not_valid"),
    ("data that is a list", cloud_event(data=[1]), "field_invalid"),
    ("another content type", cloud_event(datacontenttype="text/xml"), "field_invalid"),
    ("category that is a number", cloud_event(data={"category": 5}), "field_invalid"),
    ("an extra attribute", cloud_event(traceparent="00-0"), "field_unknown"),
    ("an extra field", cloud_event(data={"points": 1000}), "field_unknown"),
    ("unknown type", cloud_event(type="bill.payed"), "type_unknown"),
    ("negative", cloud_event(data={"amount_minor": -24520}), "amount_not_positive"),
    ("zero", cloud_event(data={"amount_minor": 0}), "amount_not_positive"),
    ("fractional", cloud_event(data={"amount_minor": 245.2}), "amount_not_whole"),
    ("whole, written as a fraction", cloud_event(data={"amount_minor": 24520.0}), "amount_not_whole"),
    ("absurd", cloud_event(data={"amount_minor": EVENT_AMOUNT_MINOR + 1}), "amount_too_large"),
    ("astronomical", cloud_event(data={"amount_minor": 10**400}), "amount_too_large"),
    ("amount as text", cloud_event(data={"amount_minor": "24520"}), "field_invalid"),
    ("true as an amount", cloud_event(data={"amount_minor": True}), "field_invalid"),
    ("no amount where a rule needs one", cloud_event(data={"amount_minor": None, "currency": None}), "amount_missing"),
    ("another currency", cloud_event(data={"currency": "USD"}), "currency_wrong"),
    ("small currency", cloud_event(data={"currency": "cny"}), "currency_wrong"),
    ("the future", cloud_event(time=LATER), "time_in_future"),
    ("the year 9999", cloud_event(time="9999-12-31T23:59:59-23:59"), "time_in_future"),
    ("ancient", cloud_event(time=ANCIENT), "time_too_old"),
    ("the year 1", cloud_event(time="0001-01-01T00:00:00+23:59"), "time_too_old"),
    ("no offset", cloud_event(time="2026-03-05T10:00:00"), "time_invalid"),
    ("a day alone", cloud_event(time="2026-03-05"), "time_invalid"),
    ("no such day", cloud_event(time="2026-02-30T10:00:00Z"), "time_invalid"),
    ("seconds since 1970", cloud_event(time=1772676000), "time_invalid"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("raw", "code"), [(raw, code) for _name, raw, code in BAD], ids=[name for name, _raw, _code in BAD])
def test_a_bad_event_is_told_why_and_holds_up_no_other(east: Bank, mei: Resident, raw: object, code: str) -> None:
    bill_rule(east)
    before = everything()

    (outcome,) = take_events(bank=east, raw_events=[raw], at=AT, origin="test")

    assert outcome.answer is EventAnswer.REFUSED
    assert outcome.error is not None
    assert outcome.error.code == code
    assert str(outcome.error)
    assert "1001" not in str(outcome.error)
    assert everything() == before

    among = take_events(bank=east, raw_events=[raw, cloud_event(id="good"), raw], at=AT, origin="test")
    assert [item.answer for item in among] == [EventAnswer.REFUSED, EventAnswer.POSTED, EventAnswer.REFUSED]


@pytest.mark.parametrize("spelling", ["１００１", "10 01", "10-01", "1001\u200b"])
@pytest.mark.django_db
def test_an_event_finds_its_customer_however_the_number_is_spelled(east: Bank, mei: Resident, spelling: str) -> None:
    bill_rule(east)

    first, again = (
        take_events(bank=east, raw_events=[cloud_event(subject=subject)], at=AT, origin="test")[0] for subject in (spelling, "1001")
    )

    assert (first.answer, again.answer) == (EventAnswer.POSTED, EventAnswer.DUPLICATE)


@pytest.mark.django_db
def test_an_event_of_what_can_be_no_customer_is_refused_and_does_not_wait(east: Bank, east_manager: User) -> None:
    bill_rule(east)
    shaped = shape_customers(actor=east_manager, bank=east, shape=CustomerShape(letters=False, least=6, most=6))
    raw = [cloud_event(id=subject, subject=subject) for subject in ("6.22588E+15", "1001", "00100A", "001001")]
    before = everything()

    refused = take_events(bank=shaped, raw_events=raw[:3], at=AT, origin="test")

    assert [outcome.error and outcome.error.code for outcome in refused] == [
        "customer_power_of_ten",
        "customer_not_digits",
        "customer_not_digits",
    ]
    assert everything() == before
    assert take_events(bank=shaped, raw_events=raw[3:], at=AT, origin="test")[0].answer is EventAnswer.WAITING


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": {"amount_minor": 1}},
        {"data": {"amount_minor": EVENT_AMOUNT_MINOR}},
        {"time": (AT + timedelta(minutes=5)).isoformat()},
        {"time": (AT - EVENT_AGE).isoformat()},
        {"time": "2026-03-05T02:00:00.123456789Z"},
        {"time": "2026-03-05t02:00:00z"},
        {"datacontenttype": "application/json", "dataschema": "https://example.org/bill"},
        {"id": "电费/2026-03"},
    ],
)
def test_the_edges_are_good(changes: dict[str, Any]) -> None:
    assert read_event(cloud_event(**changes), currency="CNY", at=AT).customer == "1001"


def test_the_same_content_has_the_same_hash_however_it_is_written() -> None:
    plain = read_event(cloud_event(data={"channel": "app", "category": "water"}), currency="CNY", at=AT)
    other = read_event(
        cloud_event(time="2026-03-05T02:00:00Z", source="/elsewhere", data={"category": "water", "channel": "app"}), currency="CNY", at=AT
    )

    assert content_hash(plain, customer_hash=b"mei") == content_hash(other, customer_hash=b"mei")


@pytest.mark.parametrize(
    "changes",
    [{"type": "bill.sent"}, {"time": "2026-03-05T10:00:01+08:00"}, {"data": {"amount_minor": 24530}}, {"data": {"category": "water"}}],
)
def test_other_content_has_another_hash(changes: dict[str, Any]) -> None:
    said = content_hash(read_event(cloud_event(), currency="CNY", at=AT), customer_hash=b"mei")

    assert content_hash(read_event(cloud_event(**changes), currency="CNY", at=AT), customer_hash=b"mei") != said
    assert content_hash(read_event(cloud_event(), currency="CNY", at=AT), customer_hash=b"tom") != said
