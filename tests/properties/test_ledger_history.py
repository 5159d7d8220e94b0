"""
Random histories of every verb, in mixed batches: the SQL ledger against one in plain Python.

HISTORIES says how many, STEPS that more of them follow, longer ones, until so many commands were asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.clock import alliance_day
from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.choices import AccountKind
from points.commands import Capture, Earn, Gift, Hold, Redeem, Release, Reverse
from points.expiry import expire_due
from points.log.sealing import seal_all
from points.models import Account
from points.parties import (
    add_terms,
    freeze_wallet,
    lift_suspension,
    open_issuer,
    open_merchant,
    open_wallets,
    suspend_issuer,
    unfreeze_wallet,
)
from points.posting import Result, give, merge, post
from tests.hands import Adjust, AdjustOut, Clawback, adjust, claw_back
from tests.ledger_world import NOON, facts
from tests.properties.plain_ledger import PlainLedger, WalletCommand

EXAMPLES = int(os.environ.get("HISTORIES", "60"))
STEPS = int(os.environ.get("STEPS", "0"))  # histories, long ones, go on until so many commands were asked
BATCHES = (20, 40) if STEPS >= 1_000 else (1, 10)  # in a history
WALLETS, ISSUERS, MERCHANTS = 4, 3, 2
Step = tuple[str, int, int, int, int, bool]
Asked = tuple[WalletCommand, str | None]
OWN_WAY_IN = Clawback | Gift | Adjust | AdjustOut  # the others go in batches

STEP = st.tuples(
    st.sampled_from(
        ["earn"] * 4
        + ["redeem"] * 3
        + ["hold"] * 3
        + ["capture", "capture", "release", "reverse", "reverse", "clawback", "gift", "adjust", "adjust_out"]
        + ["retry", "changed", "stranger"]
    ),
    st.integers(0, WALLETS - 1),
    st.integers(0, ISSUERS - 1),
    st.integers(1, 120),  # points
    st.integers(0, 9),  # which earlier command, which dates
    st.booleans(),
)
BATCH = st.tuples(
    st.lists(STEP, min_size=1, max_size=12),
    st.sampled_from([0, 0, 0, 0, 1, 36, 288, 960]),  # hours that pass before it
    st.sampled_from([*[""] * 4, "freeze 0", "freeze 1", "expire", "expire", "merge 2 0", "merge 3 2", "suspend 0", "suspend 1"]),
)
ABOUT: dict[str, tuple[type, ...]] = {
    "capture": (Hold,),
    "release": (Hold,),
    "reverse": (Redeem, Capture),
    "clawback": (Earn,),
}


@dataclass
class World:
    """The two ledgers, opened alike, and what was asked so far."""

    wallets: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(WALLETS)])
    issuers: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(ISSUERS)])
    merchants: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(MERCHANTS)])
    terms: list[int] = field(default_factory=list)
    at: datetime = NOON
    asked: list[Asked] = field(default_factory=list)
    ids: dict[tuple[UUID, str], UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for issuer in self.issuers:
            open_issuer(issuer, at=NOON)
            self.terms.append(add_terms(issuer=issuer, months=12, grace_days=30, starts_on=date(2026, 1, 1), at=NOON))
        for merchant in self.merchants:
            open_merchant(merchant, at=NOON)
        open_wallets(self.wallets, at=NOON)
        self.plain = PlainLedger(set(self.merchants), dict(zip(self.terms, self.issuers, strict=True)))

    def command(self, step: Step) -> Asked:
        """A command, and the key of the one it is about."""
        kind, wallet, other, points, pick, _flag = step
        key, mine = f"k{len(self.asked)}", self.wallets[wallet]
        if kind in {"retry", "changed"} and self.asked:
            return self._again(kind, pick, points)
        if kind in ABOUT:
            return self._about_another(step, key)
        if kind in {"gift", "adjust", "adjust_out"}:
            return self._between(step, key), None
        if kind == "earn" or kind in {"retry", "changed"}:
            return self._earn(step, key), None
        merchant = self.merchants[other % MERCHANTS] if kind != "stranger" else uuid4()
        if kind == "hold":
            due = self.at + timedelta(hours=[1, 48][pick % 2])
            return Hold(wallet=mine, merchant=merchant, points=points, key=key, due_at=due, effective_at=self.at), None
        return Redeem(wallet=mine, merchant=merchant, points=points, key=key, effective_at=self.at), None

    def _between(self, step: Step, key: str) -> Gift | Adjust | AdjustOut:
        kind, wallet, other, points, _pick, _flag = step
        mine = self.wallets[wallet]
        match kind:
            case "gift":
                to = self.wallets[(wallet + other) % WALLETS]
                return Gift(wallet=mine, to=to, points=points, key=key, effective_at=self.at)
            case "adjust_out":
                return AdjustOut(wallet=mine, issuer=self.issuers[other], points=points, key=key, effective_at=self.at)
        like = self._earn(step, key)
        return Adjust(
            wallet=mine,
            issuer=like.issuer,
            terms=like.terms,
            points=points,
            key=key,
            expires_on=like.expires_on,
            effective_at=self.at,
        )

    def _again(self, kind: str, pick: int, points: int) -> Asked:
        command, about = self.asked[-1 - pick % len(self.asked)]
        if kind == "retry" or isinstance(command, Release):
            return command, about
        return replace(command, points=points), about

    def _earn(self, step: Step, key: str) -> Earn:
        _kind, wallet, issuer, points, pick, flag = step
        today = alliance_day(self.at)
        return Earn(
            wallet=self.wallets[wallet],
            issuer=self.issuers[issuer],
            terms=self.terms[issuer] if pick < 9 else self.terms[issuer - 1],  # the last: another issuer's terms
            points=points,
            key=key,
            expires_on=today + timedelta(days=[0, 1, 12, 30, 90][pick % 5]),
            available_on=today + timedelta(days=1) if flag and pick % 2 else None,
            effective_at=self.at,
        )

    def _about_another(self, step: Step, key: str) -> Asked:
        kind, wallet, _other, points, pick, flag = step
        mine = [c for c, _ in self.asked if c.wallet == self.wallets[wallet] and (c.wallet, c.key) in self.ids]
        fitting = [c for c in mine if isinstance(c, ABOUT[kind])] or mine
        target = fitting[-1 - pick % len(fitting)] if fitting else None
        follows = self.ids[target.wallet, target.key] if target else uuid4()
        part = None if flag else points
        own, at = self.wallets[wallet], self.at
        command: WalletCommand
        match kind:
            case "capture":
                command = Capture(wallet=own, follows=follows, key=key, effective_at=at, points=part)
            case "release":
                command = Release(wallet=own, follows=follows, key=key, effective_at=at)
            case "reverse":
                command = Reverse(wallet=own, follows=follows, key=key, effective_at=at, points=part)
            case _:
                command = Clawback(wallet=own, follows=follows, key=key, effective_at=at, points=part)
        return command, target.key if target else None

    def post(self, commands: Sequence[WalletCommand]) -> list[Result]:
        """Through the way in of the first; those that share one go in one batch."""
        match commands[0]:
            case Clawback():
                return claw_back([commands[0]], at=self.at)
            case Gift():
                return [give(commands[0], at=self.at)]
            case Adjust() | AdjustOut():
                return [adjust(commands[0], at=self.at)]
            case _:
                return post([c for c in commands if not isinstance(c, OWN_WAY_IN)], at=self.at)


def calls(batch: Sequence[Asked]) -> list[list[Asked]]:
    """Neighbors that share a way in."""
    grouped = groupby(enumerate(batch), key=lambda item: item[0] if isinstance(item[1][0], OWN_WAY_IN) else -1)
    return [[asked for _place, asked in group] for _key, group in grouped]


def accounts_in_sql(world: World, kind: AccountKind) -> dict[object, int]:
    rows = Account.objects.filter(party_id__in=world.wallets, kind=kind, balance__gt=0)
    if kind is AccountKind.ARREARS:
        return {(r.party_id, r.issuer_id): r.balance for r in rows}
    return {(r.party_id, r.issuer_id, r.terms_id, r.available_on, r.expires_on): r.balance for r in rows}


def books_in_sql(kind: str, parties: Sequence[UUID]) -> dict[tuple[UUID, UUID], int]:
    statement = """
        select party, issuer_id, sum(points) from (
            select target_id as party, issuer_id, points from points_posting where target_kind = %(kind)s
            union all select source_id, issuer_id, -points from points_posting where source_kind = %(kind)s) m
        where party = any(%(parties)s) group by 1, 2 having sum(points) <> 0"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"kind": kind, "parties": list(parties)})
        return {(party, issuer): int(points) for party, issuer, points in cursor.fetchall()}


def run_batch(world: World, steps: Sequence[Step]) -> None:
    batch = []
    for step in steps:
        batch.append(world.command(step))
        world.asked.append(batch[-1])
    before = facts()
    anything_new = False
    for call in calls(batch):
        results = world.post([command for command, _about in call])
        for (command, about), result in zip(call, results, strict=True):
            (outcome, available), again = world.plain.post(command, follows=about, at=world.at)
            assert (result.outcome.value, result.available, result.again) == (outcome, available, again), command
            if result.posted and not again:
                assert result.transfer_id is not None
                world.ids[command.wallet, command.key] = result.transfer_id
                anything_new = True
        world.plain.pass_on()
    if not anything_new:
        assert facts() == before, "a refused or repeated command changed something"


def happen(world: World, what: str) -> None:
    match what.split():
        case ["freeze", number]:
            toggle_freeze(world, world.wallets[int(number)])
        case ["expire"]:
            expire_due(at=world.at)
            world.plain.expire(alliance_day(world.at))
        case ["suspend", number]:
            toggle_suspension(world, world.issuers[int(number)])
        case ["merge", one, other]:
            wallet, into = world.wallets[int(one)], world.wallets[int(other)]
            result = merge(wallet=wallet, into=into, key=f"merge {one} {other}", at=world.at)
            assert result.outcome.value == world.plain.merge(wallet, into)
        case _:
            pass


def assert_equal_and_whole(world: World) -> None:
    plain = world.plain
    for kind, amounts in ((AccountKind.LOT, plain.lots), (AccountKind.HOLD, plain.held), (AccountKind.ARREARS, plain.arrears)):
        assert accounts_in_sql(world, kind) == {key: points for key, points in amounts.items() if points}, kind
        assert all(points >= 0 for points in amounts.values())
    assert books_in_sql("payable", world.merchants) == {who: points for who, points in plain.payable.items() if points}
    assert books_in_sql("breakage", world.issuers) == {(who, who): points for who, points in plain.expired.items() if points}
    for issuer in world.issuers:
        held = sum(points for lots in (plain.lots, plain.held) for lot, points in lots.items() if lot[1] == issuer)
        debts = sum(points for (_wallet, who), points in plain.arrears.items() if who == issuer)
        owed = sum(points for (_merchant, who), points in plain.payable.items() if who == issuer)
        assert plain.issued[issuer] == held - debts + owed + plain.expired[issuer], "points were made or lost"
    seal_all()
    assert run_checks(check_files([LEDGER_CHECKS])) == []


@settings(
    max_examples=EXAMPLES,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=st.lists(BATCH, min_size=BATCHES[0], max_size=BATCHES[1]))
def live(history: list[tuple[list[Step], int, str]]) -> None:
    """One history on both ledgers, undone at its end."""
    with transaction.atomic():
        world = World()
        for steps, hours, event in history:
            world.at += timedelta(hours=hours)
            happen(world, event)
            run_batch(world, steps)
        assert_equal_and_whole(world)
        transaction.set_rollback(True)
    asked.append(len(world.asked))


asked: list[int] = []  # commands of each history


@pytest.mark.django_db
def test_the_ledger_answers_as_the_plain_one(record_property: Callable[[str, object], None]) -> None:
    asked.clear()
    live()
    while sum(asked) < STEPS:
        live()
    record_property("histories", len(asked))
    record_property("steps", sum(asked))
    sys.stdout.write(f"{sum(asked)} steps in {len(asked)} histories\n")


def toggle_freeze(world: World, wallet: UUID) -> None:
    if wallet in world.plain.frozen:
        world.plain.frozen.discard(wallet)
        unfreeze_wallet(wallet)
    else:
        world.plain.frozen.add(wallet)
        freeze_wallet(wallet, at=NOON)


def toggle_suspension(world: World, issuer: UUID) -> None:
    today = alliance_day(world.at)
    if issuer in world.plain.suspended:
        assert lift_suspension(issuer=issuer, at=world.at)
        world.plain.lift(issuer, today)
    else:
        assert suspend_issuer(issuer=issuer, at=world.at)
        world.plain.suspend(issuer, today)
