"""A ledger in plain Python, the oracle for the SQL one: one dictionary per thing, no cleverness."""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from core.clock import alliance_day
from points.commands import (
    Capture,
    Earn,
    Gift,
    Hold,
    Redeem,
    Release,
    Reverse,
)
from tests.hands import Adjust, AdjustOut, Clawback

WalletCommand = Earn | Redeem | Hold | Capture | Release | Reverse | Clawback | Adjust | AdjustOut | Gift

GRACE_DAYS = 30
POSTGRES_EPOCH = date(2000, 1, 1)

Lot = tuple[UUID, UUID, int, date | None, date]  # wallet, issuer, terms, available on, expires on
Answer = tuple[str, int | None]  # outcome, available


def lot_id(lot: Lot) -> bytes:
    """The same sixteen bytes as the SQL function: PostgreSQL counts days from 2000-01-01."""
    wallet, issuer, terms, available, expires = lot
    first = (available - POSTGRES_EPOCH).days if available else -(2**31)
    raw = wallet.bytes + issuer.bytes + struct.pack(">iii", terms, first, (expires - POSTGRES_EPOCH).days) + b"lot"
    return hashlib.sha256(raw).digest()[:16]


@dataclass
class Fact:
    """A posted command; `parts`: lots that were taken from, with what is left to give back; `lot`, `back`: of an earn."""

    command: WalletCommand
    parts: list[tuple[Lot, int]] = field(default_factory=list)
    merchant: UUID | None = None
    lot: Lot | None = None
    back: int = 0


@dataclass
class PlainLedger:
    """The same rules, said in another way."""

    merchants: set[UUID]
    terms: Mapping[int, UUID]  # terms -> issuer
    lots: defaultdict[Lot, int] = field(default_factory=lambda: defaultdict(int))
    held: defaultdict[Lot, int] = field(default_factory=lambda: defaultdict(int))
    arrears: defaultdict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))
    broken: defaultdict[Lot, int] = field(default_factory=lambda: defaultdict(int))  # expired of a lot, not taken back
    frozen: set[UUID] = field(default_factory=set)
    suspended: set[UUID] = field(default_factory=set)
    kept: dict[UUID, tuple[date, date | None]] = field(default_factory=dict)  # issuer -> from, until (none: no end yet)
    successor: dict[UUID, UUID] = field(default_factory=dict)
    issued: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    expired: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    payable: defaultdict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))
    open_holds: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    answers: dict[tuple[UUID, str, str], tuple[object, Answer]] = field(default_factory=dict)
    facts: dict[tuple[UUID, str], Fact] = field(default_factory=dict)

    def post(self, command: WalletCommand, *, follows: str | None, at: datetime) -> tuple[Answer, bool]:
        """The answer, and whether it is an old one. `follows` is the key of the command that this one is about."""
        if isinstance(command, Gift) and (command.to == command.wallet or command.to in self.successor):
            return ("unknown_wallet", None), False
        key = (command.wallet, "approvals" if isinstance(command, Adjust | AdjustOut) else command.source, command.key)
        asked = self._asked(command)
        if key in self.answers:
            first_asked, answer = self.answers[key]
            return (answer, True) if first_asked == asked else (("idempotency_key_reused", None), False)
        answer = self._decide(command, self.facts.get((command.wallet, follows or "")), follows or "", at)
        self.answers[key] = (asked, answer)
        return answer, False

    def to_draw(self, command: Redeem | Hold | Gift | AdjustOut, today: date) -> list[Lot]:
        """Lots that the command can draw on, in the order of spending."""
        mine = [
            lot
            for lot, points in self.lots.items()
            if lot[0] == command.wallet and points and self._last_day(lot) >= today
            if isinstance(command, AdjustOut) or (lot[1] not in self.suspended and (lot[3] is None or lot[3] <= today))
            if not isinstance(command, AdjustOut) or lot[1] == command.issuer
        ]
        return sorted(mine, key=lambda lot: (lot[4], lot[3] or date.min, lot_id(lot)))

    def expire(self, today: date) -> None:
        """Move what is left in lots past their last day to breakage."""
        for lot, points in self.lots.items():
            if points and self._last_day(lot) < today:
                self._break(lot, points)
                self.lots[lot] = 0

    def suspend(self, issuer: UUID, today: date) -> None:
        """Let an issuer's points wait."""
        first, until = self.kept.get(issuer, (today, None))
        self.kept[issuer] = (first if until and until >= today else today, None)
        self.suspended.add(issuer)

    def lift(self, issuer: UUID, today: date) -> None:
        """Let them be spent again."""
        self.kept[issuer] = (self.kept[issuer][0], today + timedelta(days=GRACE_DAYS))
        self.suspended.discard(issuer)

    def merge(self, wallet: UUID, into: UUID) -> str:
        """Move everything of a wallet to another, and close it."""
        if self.successor.get(wallet) == into:
            return "posted"
        if wallet == into or into in self.successor:
            return "unknown_wallet"
        if wallet in self.successor:
            return "wallet_closed"
        if wallet in self.frozen:
            return "wallet_frozen"
        if any(owner == wallet for owner, _key in self.open_holds):
            return "hold_open"
        self._move_all(wallet, into)
        self.successor[wallet] = into
        return "posted"

    def pass_on(self) -> None:
        """What came back to merged wallets goes on to those that took their place, at the end of each call."""
        for wallet in self.successor:
            self._move_all(wallet, self._last(wallet))

    @staticmethod
    def _asked(command: WalletCommand) -> object:
        match command:
            case Earn() | Adjust() | AdjustOut():
                return (command.kind, command.issuer, command.points)
            case Redeem() | Hold():
                return (command.kind, command.merchant, command.points)
            case Gift():
                return (command.kind, command.to, command.points)
            case _:
                return (command.kind, command.follows, command.points)

    def _decide(self, command: WalletCommand, about: Fact | None, about_key: str, at: datetime) -> Answer:
        today = alliance_day(at)
        match command:
            case Earn() | Adjust():
                return self._earn(command)
            case Redeem() | Hold() | Gift() | AdjustOut():
                return self._draw(command, today)
            case Capture() | Release():
                return self._close(command, about, about_key, at)
            case Reverse():
                return self._reverse(command, about, today)
            case Clawback():
                return self._claw_back(command, about)

    def _last_day(self, lot: Lot) -> date:
        first, until = self.kept.get(lot[1], (date.max, None))
        if lot[4] < first:
            return lot[4]
        return max(lot[4], until) if until else date.max

    def _receive(self, lot: Lot, points: int) -> None:
        """Points of an issuer come into a wallet: its arrears first."""
        debt = (lot[0], lot[1])
        paid = min(points, self.arrears[debt])
        self.arrears[debt] -= paid
        self.lots[lot] += points - paid

    def _break(self, lot: Lot, points: int) -> None:
        self.broken[lot] += points
        self.expired[lot[1]] += points

    def _move_all(self, wallet: UUID, into: UUID) -> None:
        for (owner, issuer), points in list(self.arrears.items()):
            if owner == wallet:
                self.arrears[into, issuer] += points
                self.arrears[owner, issuer] = 0
        for lot, points in list(self.lots.items()):
            if lot[0] == wallet and points:
                self.lots[lot] = 0
                self._receive((into, *lot[1:]), points)

    def _earn(self, command: Earn | Adjust) -> Answer:
        if command.wallet in self.successor:
            return "wallet_closed", None
        if self.terms.get(command.terms) != command.issuer:
            return "unknown_terms", None
        available_on = command.available_on if isinstance(command, Earn) else None
        lot = (command.wallet, command.issuer, command.terms, available_on, command.expires_on)
        to_lot = command.points > self.arrears[command.wallet, command.issuer]
        self._receive(lot, command.points)
        self.issued[command.issuer] += command.points
        self.facts[command.wallet, command.key] = Fact(command, lot=lot if to_lot else None)
        return "posted", None

    def _draw(self, command: Redeem | Hold | Gift | AdjustOut, today: date) -> Answer:
        lots = self.to_draw(command, today)
        available = sum(self.lots[lot] for lot in lots)
        if command.wallet in self.successor:
            return "wallet_closed", None
        if command.wallet in self.frozen and not isinstance(command, AdjustOut):
            return "wallet_frozen", available
        if isinstance(command, Redeem | Hold) and command.merchant not in self.merchants:
            return "unknown_merchant", available
        if available < command.points:
            return "insufficient_points", available
        parts, left = [], command.points
        for lot in lots:
            if take := min(left, self.lots[lot]):
                self.lots[lot] -= take
                parts.append((lot, take))
                left -= take
        self._deliver(command, parts)
        return "posted", None

    def _deliver(self, command: Redeem | Hold | Gift | AdjustOut, parts: list[tuple[Lot, int]]) -> None:
        fact = Fact(command, merchant=command.merchant if isinstance(command, Redeem | Hold) else None)
        for lot, points in parts:
            match command:
                case Redeem():
                    self.payable[command.merchant, lot[1]] += points
                case Hold():
                    self.held[lot] += points
                case Gift():
                    self._receive((command.to, *lot[1:]), points)
                case AdjustOut():
                    self.issued[lot[1]] -= points
        if isinstance(command, Hold):
            self.open_holds[command.wallet, command.key] = command.due_at
        fact.parts = parts
        self.facts[command.wallet, command.key] = fact

    def _close(self, command: Capture | Release, hold: Fact | None, key_of_hold: str, at: datetime) -> Answer:
        if hold is None or not isinstance(hold.command, Hold):
            return "unknown_transfer", 0
        due = self.open_holds.get((command.wallet, key_of_hold))
        if due is None:
            return "hold_closed", 0
        total = sum(points for _lot, points in hold.parts)
        capturing = isinstance(command, Capture)
        if capturing and due < at:
            return "hold_overdue", total
        if command.points is not None and command.points > total:
            return "more_than_is_left", total
        left = (total if command.points is None else command.points) if capturing else 0
        fact = Fact(command, merchant=hold.merchant)
        for lot, points in hold.parts:
            take = min(left, points)
            left -= take
            self.held[lot] -= points
            if take:
                assert hold.merchant is not None
                self.payable[hold.merchant, lot[1]] += take
                fact.parts.append((lot, take))
            self._give_up(lot, points - take, alliance_day(at))
        del self.open_holds[command.wallet, key_of_hold]
        self.facts[command.wallet, command.key] = fact
        return "posted", None

    def _give_up(self, lot: Lot, points: int, today: date) -> None:
        if points and self._last_day(lot) < today:
            self._break(lot, points)
        elif points:
            self._receive(lot, points)

    def _reverse(self, command: Reverse, spent: Fact | None, today: date) -> Answer:
        if spent is None:
            return "unknown_transfer", 0
        if not isinstance(spent.command, Redeem | Capture):
            return "not_reversible", 0
        total = sum(points for _lot, points in spent.parts)
        if total == 0:
            return "already_reversed", 0
        if command.points is not None and command.points > total:
            return "more_than_is_left", total
        left = total if command.points is None else command.points
        for place in sorted(range(len(spent.parts)), key=lambda n: (spent.parts[n][0][4], n), reverse=True):
            lot, open_ = spent.parts[place]
            give = min(left, open_)
            left -= give
            spent.parts[place] = (lot, open_ - give)
            if give:
                assert spent.merchant is not None
                self.payable[spent.merchant, lot[1]] -= give
                grace = (*lot[:3], None, today + timedelta(days=GRACE_DAYS))
                self._receive(lot if self._last_day(lot) >= today else grace, give)
        self.facts[command.wallet, command.key] = Fact(command)
        return "posted", None

    def _claw_back(self, command: Clawback, earned: Fact | None) -> Answer:
        if earned is None:
            return "unknown_transfer", 0
        if not isinstance(earned.command, Earn):
            return "not_reversible", 0
        open_ = self._open_of(earned)
        if open_ == 0:
            return "already_reversed", 0
        if command.points is not None and command.points > open_:
            return "more_than_is_left", open_
        want = open_ if command.points is None else command.points
        earned.back += want
        issuer = earned.command.issuer
        self.issued[issuer] -= want
        if earned.lot is not None:
            want = self._take_out_of(earned.lot, want)
        self.arrears[self._last(command.wallet), issuer] += want
        self.facts[command.wallet, command.key] = Fact(command)
        return "posted", None

    @staticmethod
    def _open_of(earned: Fact | None) -> int:
        return earned.command.points - earned.back if earned and isinstance(earned.command, Earn) else 0

    def _take_out_of(self, lot: Lot, want: int) -> int:
        """From the lot, then from what expired of it or of the same lots merged with it, then from where it went; the rest."""
        last = self._last(lot[0])
        from_lot = min(want, self.lots[lot])
        self.lots[lot] -= from_lot
        want -= from_lot
        for wallet in [last, *(w for w in self.successor if self._last(w) == last)]:
            from_breakage = min(want, self.broken[wallet, *lot[1:]])
            self.broken[wallet, *lot[1:]] -= from_breakage
            self.expired[lot[1]] -= from_breakage
            want -= from_breakage
        from_last = min(want, self.lots[last, *lot[1:]])
        self.lots[last, *lot[1:]] -= from_last
        return want - from_last

    def _last(self, wallet: UUID) -> UUID:
        while wallet in self.successor:
            wallet = self.successor[wallet]
        return wallet
