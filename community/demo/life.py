"""Months of earning and spending, day after day through the real services, each day closed the next morning."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import connections

from community.demo.people import COMING, EVERYDAY, EXPIRING, SECOND_BANK, Person, claim, join, joining_days
from community.demo.places import GRACE_DAYS, LAUNCH_MONTHS, Places, Shop
from core.clock import alliance_day, alliance_zone
from core.limits import COOL_DOWN_POINTS_PER_DAY
from core.progress import track
from earning.events import EventIn
from earning.services import record_events
from points.expiry import expire_all_due
from points.queries import spendable_in
from redemptions.models import Redemption
from redemptions.services import redeem_code, refund, trial_code, undo
from residents.models import Resident
from settlements.services import close_day

LEFT_OVER: Final = (800, 3_200)  # nobody spends the last of it; how much that is, is each one's own habit
CHEAPEST: Final = 400
ASKED_FOR_ONE: Final = 4  # of so many who might come, whoever has most comes
TRIES: Final = 60  # at one shop on one day
BUSY: Final = {5: 1.35, 6: 1.5}  # Saturday, Sunday
QUIET: Final = 1.0
FEAST: Final = 0.015  # of a shop's days
FEAST_FACTOR: Final = 3.0
UNDONE: Final = 0.012
PARTLY_RETURNED: Final = 0.008
EVENT_SHARE: Final = 0.6  # of those who use the app, each day
OTHERS_SHARE: Final = 0.12
SELDOM: Final = 0.02
KINDS: Final = {"EB": ("bill.paid", "bill.paid", "app.signin"), "WB": ("transfer.sent", "transfer.sent", "loan.repaid")}
AMOUNTS: Final = {"bill.paid": (5.3, 0.6), "transfer.sent": (8.0, 0.7), "loan.repaid": (7.7, 0.4)}  # logarithms of yuan
CATEGORIES: Final = ("water", "power", "gas", "phone", "property")
# The one whose points came back: earned in the launch, spent, given back after they would have expired, good for their grace
EARNED_ON_DAY: Final = 1
SPENT_ON_DAY: Final = 9
EXPIRES_IN_DAYS: Final = 6
SENT_DAYS_AGO: Final = 3
LAUNCH_OVER: Final = 31 * (LAUNCH_MONTHS + 1) + EARNED_ON_DAY  # days after the first at the most, a month's end


@dataclass(slots=True)
class Life:
    """The neighborhood while it lives."""

    places: Places
    everyone: Sequence[Person]
    dice: random.Random
    days: int
    until: datetime
    residents: list[Resident] = field(default_factory=list)
    newly: list[Person] = field(default_factory=list)  # joined today
    held: dict[UUID, int] = field(default_factory=dict)  # by wallet, what is there to spend today
    by_number: dict[int, Resident] = field(default_factory=dict)
    returned: Redemption | None = None

    @property
    def first_day(self) -> date:
        """When it begins."""
        return alliance_day(self.until) - timedelta(days=self.days)


def live(life: Life) -> list[Resident]:
    """Let the days pass; what is still to come of today stays out. Returns who has joined."""
    joining = joining_days(days=life.days, most=len(life.everyone))
    with a_sandbox():
        for past in track(range(life.days + 1), label="the demo's days", total=life.days + 1, unit="day"):
            day = life.first_day + timedelta(days=past)
            expire_all_due(at=_at(day, hour=0, minute=5))
            _join(life, joining.get(past, []), day)
            _earn(life, day)
            _trade(life, day)
            _give_back_after_expiry(life, past, day)
            if day < alliance_day(life.until):
                close_day(day=day, at=_at(day + timedelta(days=1), hour=0, minute=30))
    return life.residents


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


def _join(life: Life, numbers: Sequence[int], day: date) -> None:
    life.newly = []
    for place, number in enumerate(numbers):
        at = _at(day, hour=6, minute=place % 60)
        if at > life.until:
            return
        resident = join(life.everyone[number], at=at)
        assert resident.user is not None
        if number == EVERYDAY:
            resident = claim(life.everyone[SECOND_BANK], user=resident.user, at=at)
        life.residents.append(resident)
        life.newly.append(life.everyone[number])
        life.by_number[number] = resident


def _earn(life: Life, day: date) -> None:
    for code, bank in life.places.banks.items():
        customers = [person for person in life.everyone if person.bank == code]
        events = [
            _event(life, person, day) for person in customers if life.dice.random() < _share(life, person) or _must(life, person, day)
        ]
        events += [_first_sign_in(person, day) for person in life.newly if person.bank == code]
        happened = sorted((event for event in events if event.occurred_at <= life.until), key=lambda event: event.occurred_at)
        if happened:
            record_events(bank=bank, events=happened, at=happened[-1].occurred_at, origin="demo")


def _share(life: Life, person: Person) -> float:
    if person.number == EXPIRING:
        return SELDOM
    return EVENT_SHARE if person.number in life.by_number or person.number == SECOND_BANK else OTHERS_SHARE


def _must(life: Life, person: Person, day: date) -> bool:
    """Whether the story of this person needs an event on this day."""
    needed = {EXPIRING: life.first_day + timedelta(days=EARNED_ON_DAY), COMING: alliance_day(life.until) - timedelta(days=SENT_DAYS_AGO)}
    return needed.get(person.number) == day


def _event(life: Life, person: Person, day: date) -> EventIn:
    dice = life.dice
    kind = dice.choice(KINDS[person.bank])
    if _must(life, person, day):
        kind = "loan.repaid" if person.number == EXPIRING else "transfer.sent"
    amount = AMOUNTS.get(kind)
    return EventIn(
        event_id=f"demo-{person.customer}-{day:%Y%m%d}",
        type=kind,
        customer=person.customer,
        occurred_at=_at(day, hour=dice.randint(6, 21), minute=dice.randint(0, 59)),
        amount_minor=round(dice.lognormvariate(*amount) * 100) if amount else None,
        currency="CNY" if amount else "",
        facts=None if kind != "bill.paid" else {"category": dice.choice(CATEGORIES)},
        source="urn:demo:core",
    )


def _first_sign_in(person: Person, day: date) -> EventIn:
    return EventIn(
        event_id=f"demo-{person.customer}-joined",
        type="app.joined",
        customer=person.customer,
        occurred_at=_at(day, hour=7, minute=30),
        source="urn:demo:core",
    )


def _trade(life: Life, day: date) -> None:
    """Let guests come to every open shop, moment after moment, until each shop has what a day like this brings."""
    wanted = {shop.cashier.pk: _wanted(life, shop, day) for shop in life.places.shops if shop.is_open(day)}
    life.held = spendable_in([resident.wallet_id for resident in life.residents], at=_at(day, hour=8, minute=0))
    guests = [(_moment(life.dice, day), shop) for shop in life.places.shops if shop.cashier.pk in wanted for _ in range(TRIES)]
    served: set[UUID] = set()  # who pays twice on their first day might meet the cool-down of a new phone
    for at, shop in sorted(guests, key=lambda guest: guest[0]):
        who = _guest(life)
        if at <= life.until and wanted[shop.cashier.pk] > 0 and who.pk not in served:
            served.add(who.pk)
            wanted[shop.cashier.pk] -= _serve(life, shop, who, at)


def _wanted(life: Life, shop: Shop, day: date) -> float:
    """What the shop takes on this day, in points."""
    feast = FEAST_FACTOR if life.dice.random() < FEAST else 1.0
    return life.dice.uniform(*shop.sketch.takings) * BUSY.get(day.weekday(), QUIET) * feast


def _to_spend(life: Life, who: Resident) -> int:
    """What a guest has beyond what they never touch."""
    if who.pk == life.by_number[EXPIRING].pk and life.returned is None:
        return 0  # what they have must be there for the end of their story
    least, most = LEFT_OVER
    return life.held.get(who.wallet_id, 0) - least - who.wallet_id.int % (most - least)


def _guest(life: Life) -> Resident:
    """Of a few who might come, the one who had most when last seen."""
    asked = life.dice.choices(life.residents, k=ASKED_FOR_ONE)
    return max(asked, key=lambda resident: _to_spend(life, resident))


def _serve(life: Life, shop: Shop, who: Resident, at: datetime) -> int:
    """A guest pays; returns how many points, none if they have too few just now."""
    dice = life.dice
    points = min(dice.randint(*shop.sketch.prices) // 10 * 10, _to_spend(life, who))
    if points < CHEAPEST:
        return 0
    taken = _take(life, shop, who, points, at)
    if (luck := dice.random()) < UNDONE:
        later = at + timedelta(minutes=2)
        undo(cashier=shop.cashier, receipt=taken.receipt, reason="买错了 wrong item", key=f"{taken.key}-undo", at=later)
        return 0
    if luck < UNDONE + PARTLY_RETURNED:
        later = at + timedelta(minutes=20)
        refund(cashier=shop.cashier, receipt=taken.receipt, points=points // 4, reason="退了一件", key=f"{taken.key}-back", at=later)
    return points


def _take(life: Life, shop: Shop, who: Resident, points: int, at: datetime) -> Redemption:
    key = f"demo-{at:%Y%m%d%H%M}-{who.pk}"
    code = trial_code(resident=who, at=at)
    life.held[who.wallet_id] -= points
    return redeem_code(cashier=shop.cashier, code=code, points=points, key=key, at=at)


def _give_back_after_expiry(life: Life, past: int, day: date) -> None:
    """One guest spends what ends with the launch's terms, and gets it back after it would have expired."""
    resident, shop = life.by_number[EXPIRING], life.places.shops[0]
    at = _at(day, hour=20, minute=30)
    if past == SPENT_ON_DAY and at <= life.until:
        held = min(life.held.get(resident.wallet_id, 0), COOL_DOWN_POINTS_PER_DAY)
        life.returned = _take(life, shop, resident, held, at) if held else None
    if life.returned is not None and life.days - past == GRACE_DAYS - EXPIRES_IN_DAYS and past > LAUNCH_OVER:
        cake, life.returned = life.returned, None
        refund(cashier=shop.cashier, receipt=cake.receipt, points=cake.points, reason="蛋糕没做好", key="demo-cake", at=at)


def _moment(dice: random.Random, day: date) -> datetime:
    return _at(day, hour=dice.randint(8, 19), minute=dice.randint(0, 59))


def _at(day: date, *, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=alliance_zone())
