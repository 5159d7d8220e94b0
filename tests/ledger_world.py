"""A ledger without people: issuers with terms, merchants, wallets, and short ways to post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from django.db import connection

from points.parties import add_terms, open_issuer, open_merchant, open_wallets
from points.posting import (
    Capture,
    Earn,
    Gift,
    Hold,
    Redeem,
    Release,
    Result,
    Reverse,
    Settle,
    give,
    merge,
    post_one,
    settle,
)
from tests.hands import Adjust, AdjustOut, Clawback, adjust, claw_back

NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)  # noon in Shanghai
IN_A_YEAR = date(2027, 3, 31)
SOON = date(2026, 9, 30)

FACT_TABLES = (
    "points_wallet",
    "points_account",
    "points_transfer",
    "points_posting",
    "points_open_hold",
)


@dataclass
class LedgerWorld:
    """One issuer, one merchant, and as many wallets as asked for."""

    issuer: UUID = field(default_factory=uuid4)
    merchant: UUID = field(default_factory=uuid4)
    terms: int = 0
    keys: count[int] = field(default_factory=count)

    def open(self) -> LedgerWorld:
        """Open the parties in the ledger."""
        open_issuer(self.issuer, at=NOON)
        open_merchant(self.merchant, at=NOON)
        self.terms = add_terms(issuer=self.issuer, months=12, grace_days=30, starts_on=date(2026, 1, 1), at=NOON)
        return self

    def wallet(self, points: int = 0, *, expires_on: date = IN_A_YEAR, available_on: date | None = None) -> UUID:
        """A new wallet, with points in it."""
        wallet = uuid4()
        open_wallets([wallet], at=NOON)
        if points:
            assert self.earn(wallet, points, expires_on=expires_on, available_on=available_on).posted
        return wallet

    def earning(
        self,
        wallet: UUID,
        points: int,
        *,
        key: str | None = None,
        expires_on: date = IN_A_YEAR,
        available_on: date | None = None,
    ) -> Earn:
        """An earn that is not posted yet."""
        return Earn(
            wallet=wallet,
            issuer=self.issuer,
            terms=self.terms,
            points=points,
            key=key or f"earn-{next(self.keys)}",
            expires_on=expires_on,
            available_on=available_on,
            effective_at=NOON,
        )

    def earn(
        self,
        wallet: UUID,
        points: int,
        *,
        key: str | None = None,
        expires_on: date = IN_A_YEAR,
        available_on: date | None = None,
        at: datetime = NOON,
    ) -> Result:
        """Let points in."""
        return post_one(self.earning(wallet, points, key=key, expires_on=expires_on, available_on=available_on), at=at)

    def redeeming(self, wallet: UUID, points: int, *, key: str | None = None) -> Redeem:
        """A redemption that is not posted yet."""
        return Redeem(
            wallet=wallet,
            merchant=self.merchant,
            points=points,
            key=key or f"redeem-{next(self.keys)}",
            effective_at=NOON,
        )

    def redeem(self, wallet: UUID, points: int, *, key: str | None = None, at: datetime = NOON) -> Result:
        """Spend points at the merchant."""
        return post_one(self.redeeming(wallet, points, key=key), at=at)

    def reverse(self, wallet: UUID, follows: UUID, points: int | None = None, *, key: str | None = None, at: datetime = NOON) -> Result:
        """Give a redemption back."""
        command = Reverse(wallet=wallet, follows=follows, points=points, key=key or f"reverse-{next(self.keys)}", effective_at=NOON)
        return post_one(command, at=at)

    def hold(self, wallet: UUID, points: int, *, key: str | None = None, at: datetime = NOON, minutes: int = 2) -> UUID:
        """Reserve points for the merchant; the hold's id."""
        command = Hold(
            wallet=wallet,
            merchant=self.merchant,
            points=points,
            key=key or f"hold-{next(self.keys)}",
            due_at=at + timedelta(minutes=minutes),
            effective_at=at,
            facts={"checkout": str(uuid4())},
        )
        result = post_one(command, at=at)
        assert result.posted
        assert result.transfer_id is not None
        return result.transfer_id

    def capture(self, wallet: UUID, hold: UUID, points: int | None = None, *, at: datetime = NOON) -> Result:
        """Make a redemption of a hold."""
        key = f"capture-{next(self.keys)}"
        return post_one(Capture(wallet=wallet, follows=hold, points=points, key=key, effective_at=at), at=at)

    def release(self, wallet: UUID, hold: UUID, *, at: datetime = NOON) -> Result:
        """Let a hold go."""
        key = f"release-{next(self.keys)}"
        return post_one(Release(wallet=wallet, follows=hold, key=key, effective_at=at), at=at)

    def claw_back(self, wallet: UUID, earn: UUID | None, points: int | None = None, *, at: datetime = NOON) -> Result:
        """Take an earn back."""
        assert earn is not None
        key = f"clawback-{next(self.keys)}"
        return claw_back([Clawback(wallet=wallet, follows=earn, points=points, key=key, effective_at=at)], at=at)[0]

    def give(self, wallet: UUID, to: UUID, points: int, *, key: str | None = None, at: datetime = NOON) -> Result:
        """Give points to another wallet."""
        key = key or f"gift-{next(self.keys)}"
        return give(Gift(wallet=wallet, to=to, points=points, key=key, effective_at=at), at=at)

    def adjust(self, wallet: UUID, points: int, *, key: str = "approval", at: datetime = NOON) -> Result:
        """Give points by an approval."""
        command = Adjust(
            wallet=wallet,
            issuer=self.issuer,
            terms=self.terms,
            points=points,
            expires_on=IN_A_YEAR,
            key=key,
            effective_at=NOON,
        )
        return adjust(command, at=at)

    def adjust_out(self, wallet: UUID, points: int, *, key: str = "approval", at: datetime = NOON) -> Result:
        """Take points of the issuer by an approval."""
        return adjust(AdjustOut(wallet=wallet, issuer=self.issuer, points=points, key=key, effective_at=NOON), at=at)

    def merge(self, wallet: UUID, into: UUID, *, at: datetime = NOON) -> Result:
        """Let another wallet take a wallet's place."""
        return merge(wallet=wallet, into=into, key=f"merge into {into}", at=at)

    def settle(self, points: int, *, at: datetime = NOON) -> Result:
        """Pay the merchant."""
        line = Settle(merchant=self.merchant, issuer=self.issuer, points=points, key=f"line-{next(self.keys)}", effective_at=NOON)
        return settle([line], at=at)[0]


def facts() -> Mapping[str, list[tuple[object, ...]]]:
    """Everything the ledger holds of wallets, accounts, transfers and postings: to show that nothing changed."""
    seen = {}
    with connection.cursor() as cursor:
        for table in FACT_TABLES:
            cursor.execute(f"select * from {table} t order by t")
            seen[table] = cursor.fetchall()
    return seen
