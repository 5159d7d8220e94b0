"""Three months of earning and spending, day after day through the real services, each day closed the next morning."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import connections

from community.demo.people import Person
from community.demo.places import Places
from core.clock import alliance_day, alliance_zone
from core.progress import track
from earning.events import EventIn
from earning.services import record_events
from points.queries import spendable
from redemptions.services import capture_code, trial_code, undo
from residents.models import Resident
from settlements.services import close_day

SCANS_A_DAY: Final = (5, 13)
SMALLEST: Final = 5
UNDONE: Final = 0.02
EVENT_SHARE: Final = 0.22  # of a bank's customers, each day
KINDS: Final = {"EB": ("bill.paid", "bill.paid", "app.signin"), "WB": ("transfer.sent", "transfer.sent", "loan.repaid")}
CATEGORIES: Final = ("water", "power", "gas", "phone", "property")


def live(
    *, places: Places, everyone: Sequence[Person], residents: Sequence[Resident], dice: random.Random, days: int, until: datetime
) -> None:
    """Let so many days pass up to `until`; what is still to come of today stays out."""
    today = alliance_day(until)
    first = today - timedelta(days=days)
    with a_sandbox():
        for past in track(range(days + 1), label="three months", total=days + 1, unit="day"):
            day = first + timedelta(days=past)
            _earn(places, everyone, dice, day, until)
            _spend(places, residents, dice, day, until)
            if day < today:
                close_day(day=day, at=_at(day + timedelta(days=1), hour=0, minute=30))


@contextmanager
def a_sandbox() -> Iterator[None]:
    """Let the ledger take days of the past, while this lasts; only the owner of the database can say so."""
    with connections["owner"].cursor() as owner:
        owner.execute("select sandbox from points_mode")
        before = owner.fetchone()[0]
        owner.execute("update points_mode set sandbox = true")
    try:
        yield
    finally:
        with connections["owner"].cursor() as owner:
            owner.execute("update points_mode set sandbox = %s", [before])


def _earn(places: Places, everyone: Sequence[Person], dice: random.Random, day: date, until: datetime) -> None:
    for code, bank in places.banks.items():
        customers = [person for person in everyone if person.bank == code]
        events = [_event(person, dice, day) for person in customers if dice.random() < EVENT_SHARE]
        happened = sorted((event for event in events if event.occurred_at <= until), key=lambda event: event.occurred_at)
        if happened:
            record_events(bank=bank, events=happened, at=happened[-1].occurred_at, origin="demo")


def _event(person: Person, dice: random.Random, day: date) -> EventIn:
    kind = dice.choice(KINDS[person.bank])
    signing_in = kind == "app.signin"
    return EventIn(
        event_id=f"demo-{person.customer}-{day:%Y%m%d}",
        type=kind,
        customer=person.customer,
        occurred_at=_at(day, hour=dice.randint(7, 22), minute=dice.randint(0, 59)),
        amount_minor=None if signing_in else round(dice.lognormvariate(5.6, 0.8) * 100),
        currency="" if signing_in else "CNY",
        facts=None if kind != "bill.paid" else {"category": dice.choice(CATEGORIES)},
        source="urn:demo:core",
    )


def _spend(places: Places, residents: Sequence[Resident], dice: random.Random, day: date, until: datetime) -> None:
    visitors = dice.sample(residents, dice.randint(*SCANS_A_DAY))
    moments = sorted(_at(day, hour=dice.randint(8, 20), minute=dice.randint(0, 59)) for _ in visitors)
    for place, (visitor, at) in enumerate(zip(visitors, moments, strict=True)):
        held = spendable(visitor.wallet_id, at=at)
        if at > until or held < SMALLEST:
            continue
        points = dice.randint(SMALLEST, min(held, 180))
        cashier = dice.choice(places.cashiers)
        code = trial_code(resident=visitor, at=at)
        key = f"demo-{day:%Y%m%d}-{place}"
        taken = capture_code(cashier=cashier, code=code, points=points, key=key, at=at)
        if dice.random() < UNDONE:
            undo(cashier=cashier, receipt=taken.receipt, reason="买错了 wrong item", key=f"{key}-undo", at=at + timedelta(minutes=2))


def _at(day: date, *, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=alliance_zone())
