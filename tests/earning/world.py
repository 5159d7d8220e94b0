"""The rules of the stories, and events told in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

from branches.models import Bank
from earning.choices import RuleKind
from earning.events import EventIn
from earning.models import Award, DayUse, Event, EventConflict, RuleVersion
from earning.services import EventOutcome, activate_version, add_version, make_rule, record_events
from earning.services.rules import VersionTerms
from points.models import Account, Posting, Transfer
from tests.world import BEGINNING, somebody

RULES_START = date(2026, 1, 1)
_ids = count(1)


def make_active_rule(*, bank: Bank, code: str, event_type: str, terms: VersionTerms) -> RuleVersion:
    """A rule with one version in force."""
    rule = make_rule(actor=somebody(), bank=bank, code=code, name=code, event_type=event_type)
    return activate_version(actor=somebody(), version=add_version(actor=somebody(), rule=rule, terms=terms, at=BEGINNING), at=BEGINNING)


def bill_rule(east: Bank) -> RuleVersion:
    """R1: 1 point for each full 10 yuan, at most 200 an event and 300 a resident and day."""
    terms = VersionTerms(kind=RuleKind.PER_AMOUNT, points=1, per_minor=1000, event_cap=200, day_cap=300, starts_on=RULES_START)
    return make_active_rule(bank=east, code="R1", event_type="bill.paid", terms=terms)


def signin_rule(east: Bank) -> RuleVersion:
    """R2: 5 points once a day."""
    terms = VersionTerms(kind=RuleKind.FIXED, points=5, day_cap=5, starts_on=RULES_START)
    return make_active_rule(bank=east, code="R2", event_type="app.signin", terms=terms)


def transfer_rule(west: Bank) -> RuleVersion:
    """R3: 3 points for each full 100 yuan, at most 150 an event, available after 7 days."""
    terms = VersionTerms(kind=RuleKind.PER_AMOUNT, points=3, per_minor=10000, event_cap=150, delay_days=7, starts_on=RULES_START)
    return make_active_rule(bank=west, code="R3", event_type="transfer.sent", terms=terms)


def bill(amount_minor: int, *, paid: datetime, customer: str = "1001", event_id: str = "") -> EventIn:
    """A bill paid by a customer."""
    return EventIn(event_id or f"bill-{next(_ids)}", "bill.paid", customer, paid, amount_minor, "CNY", None, "/core")


def send(bank: Bank, event: EventIn, *, at: datetime) -> EventOutcome:
    """Record one event."""
    return record_events(bank=bank, events=[event], at=at, origin="test")[0]


def cloud_event(**changes: Any) -> dict[str, Any]:
    """S01's bill as the API and a JSON Lines file carry it; `data` changes are merged, a value of None removes its field."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": "bill-1",
        "source": "/east-bank/core",
        "type": "bill.paid",
        "subject": "1001",
        "time": "2026-03-05T10:00:00+08:00",
        "data": {"amount_minor": 24520, "currency": "CNY"},
    }
    data = changes.pop("data", {})
    if isinstance(data, Mapping):
        event["data"] = _without_none({**event["data"], **data})
    else:
        event["data"] = data
    return _without_none({**event, **changes})


def everything() -> dict[str, int]:
    """How many rows there are of all that an event could write, and the points in all: compared, it tells that nothing moved."""
    tables = (Event, EventConflict, Award, DayUse, Transfer, Posting, Account)
    counts = {table.__name__: table.objects.count() for table in tables}
    return {**counts, "points": sum(Account.objects.values_list("balance", flat=True))}


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
