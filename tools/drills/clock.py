"""
The clock moved over an expiry, forth and back, while residents spend and sweeps sweep from servers whose clocks differ.

In a sandbox, where the ledger takes any moment. The day of recording alone decides: what was taken was good on the day
of its taking, what was swept was not, and nothing is taken twice or left over.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, connections

from core.clock import alliance_day, day_starts, now
from core.progress import track
from points.expiry import expire_due
from points.posting import Earn, Redeem, post, post_one
from tools.bench.ledger import Ledger, make_ledger
from tools.bench.place import Place
from tools.drills.clients import at_once
from tools.drills.outcome import Outcome

CROSSINGS: Final = 60  # of a day's end
SMALL_CROSSINGS: Final = 3
WALLETS: Final = 20
SPENDERS: Final = 4
SPENDS: Final = 10  # of each spender at each crossing, and as many sweeps of each sweeper
SWEEP_PAUSE: Final = 0.02  # seconds at most, so that not all is swept before anybody spends
POINTS: Final = 100  # in each wallet's lot of each day
SECOND: Final = timedelta(seconds=1)
EDGE: Final = (-60 * SECOND, -SECOND, timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1), SECOND, 60 * SECOND)
# What moved out of the lots that these wallets had for the days crossed
MOVED: Final = """
    select p.target_kind, t.recorded_at, a.expires_on, p.points
    from points_posting p
    join points_transfer t on t.party_id = p.party_id and t.id = p.transfer_id
    join points_account a on a.party_id = p.party_id and a.id = p.source_id
    where p.party_id = any(%s::uuid[]) and p.source_kind = 'lot' and a.expires_on < %s"""
LEFT: Final = """
    select count(*) from points_account
    where party_id = any(%s::uuid[]) and kind = 'lot' and balance > 0 and expires_on < %s"""


def drill(_place: Place, *, small: bool) -> Outcome:
    """Cross so many ends of days, each several times in both directions."""
    crossings = SMALL_CROSSINGS if small else CROSSINGS
    ledger = make_ledger(wallets=WALLETS, merchants=1, points=1)
    first = alliance_day(now())
    with _sandbox():
        for number in track(range(crossings), label="clock over an expiry", unit=" days"):
            _cross(ledger, first + timedelta(days=number))
        last = first + timedelta(days=crossings)
        while expire_due(at=day_starts(last)):
            pass
    return _judge(ledger, crossings, last)


@contextmanager
def _sandbox() -> Iterator[None]:
    """Let the owner say that this ledger may be posted to at any time."""
    with connections["owner"].cursor() as owner:
        owner.execute("update points_mode set sandbox = true")
        try:
            yield
        finally:
            owner.execute("update points_mode set sandbox = false")


def _cross(ledger: Ledger, day: date) -> None:
    """Give everybody points that are good until the day's end, then let clocks jump around it."""
    end = day_starts(day + timedelta(days=1))
    earns = [
        Earn(
            wallet=wallet,
            issuer=ledger.issuer,
            terms=ledger.terms,
            points=POINTS,
            key=f"until-{day}",
            expires_on=day,
            effective_at=end - 60 * SECOND,
        )
        for wallet in ledger.wallets
    ]
    assert all(result.posted for result in post(earns, at=end - 60 * SECOND)), "nothing refuses an earn"
    tasks: list[_Spender | _Sweep] = [*(_Spender(ledger, end, f"{day}-{number}") for number in range(SPENDERS)), _Sweep(end), _Sweep(end)]
    at_once(tasks)


@dataclass(frozen=True, slots=True)
class _Spender:
    """Spends now before, now after the end, as its clock has it."""

    ledger: Ledger
    end: datetime
    name: str

    def __call__(self) -> None:
        for number in range(SPENDS):
            at = self.end + random.choice(EDGE)
            redeem = Redeem(
                wallet=random.choice(self.ledger.wallets),
                merchant=self.ledger.merchants[0],
                points=random.randint(1, POINTS // 2),
                key=f"{self.name}-{number}",
                effective_at=at,
            )
            post_one(redeem, at=at)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Sweeps at moments on both sides of the end."""

    end: datetime

    def __call__(self) -> None:
        for _sweep in range(SPENDS):
            time.sleep(random.uniform(0, SWEEP_PAUSE))
            expire_due(at=self.end + random.choice(EDGE), limit=random.randint(1, WALLETS))


def _judge(ledger: Ledger, crossings: int, last: date) -> Outcome:
    wallets, moved, wrong = [str(wallet) for wallet in ledger.wallets], Counter[str](), Counter[str]()
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [wallets, last])
        for kind, recorded_at, expires_on, points in cursor:
            moved[kind] += points
            day = alliance_day(recorded_at)
            wrong["points were spent after their last day"] += kind == "payable" and day > expires_on
            wrong["points were swept on or before their last day"] += kind == "breakage" and day <= expires_on
        cursor.execute(LEFT, [wallets, last])
        (wrong["lots are left past their last day"],) = cursor.fetchone()
    earned = crossings * POINTS * len(wallets)
    wrong["points are missing or too many"] = abs(earned - moved["payable"] - moved["breakage"])
    idle = [f"nothing went to {kind}" for kind in ("payable", "breakage") if not moved[kind]]
    figures = {"crossings": crossings, "earned": earned, "spent": moved["payable"], "swept": moved["breakage"]}
    return Outcome(figures, [*idle, *(f"{times}: {words}" for words, times in wrong.items() if times)])
