"""A ledger with nothing but parties: an issuer, merchants, wallets with points in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from core.clock import alliance_day, now
from core.limits import COMMANDS_PER_POST
from points.parties import add_terms, open_issuer, open_merchant, open_wallets
from points.posting import Earn, Redeem, post
from points.queries import terms_on


@dataclass(frozen=True, slots=True)
class Ledger:
    """Who is in it."""

    issuer: UUID
    terms: int
    expires_on: date
    wallets: Sequence[UUID]
    merchants: Sequence[UUID]

    def earn(self, wallet: UUID, points: int, key: str) -> Earn:
        """An earn that is not posted yet."""
        return Earn(
            wallet=wallet,
            issuer=self.issuer,
            terms=self.terms,
            points=points,
            key=key,
            expires_on=self.expires_on,
            effective_at=now(),
        )

    def redeem(self, wallet: UUID, merchant: UUID, points: int, key: str) -> Redeem:
        """A redemption that is not posted yet."""
        return Redeem(wallet=wallet, merchant=merchant, points=points, key=key, effective_at=now())


def make_ledger(*, wallets: int, merchants: int, points: int) -> Ledger:
    """Open the parties and give every wallet so many points."""
    at = now()
    shops = [uuid4() for _ in range(merchants)]
    for shop in shops:
        open_merchant(shop, at=at)
    ids = [uuid4() for _ in range(wallets)]
    for start in range(0, wallets, COMMANDS_PER_POST):
        open_wallets(ids[start : start + COMMANDS_PER_POST], at=at)
    return _with_issuer(ids, shops, points=points)


def one_more_issuer(ledger: Ledger, *, points: int) -> Ledger:
    """The same wallets and merchants with another issuer, of whom every wallet gets so many points."""
    return _with_issuer(ledger.wallets, ledger.merchants, points=points)


def _with_issuer(wallets: Sequence[UUID], merchants: Sequence[UUID], *, points: int) -> Ledger:
    at = now()
    today = alliance_day(at)
    issuer = uuid4()
    open_issuer(issuer, at=at)
    add_terms(issuer=issuer, months=12, grace_days=30, starts_on=today.replace(month=1, day=1), at=at)
    terms = terms_on(issuer, today)
    ledger = Ledger(issuer=issuer, terms=terms.id, expires_on=terms.expires_on(today), wallets=wallets, merchants=merchants)
    for start in range(0, len(wallets), COMMANDS_PER_POST):
        batch = [ledger.earn(wallet, points, f"first-{issuer}") for wallet in wallets[start : start + COMMANDS_PER_POST]]
        assert all(result.posted for result in post(batch, at=now())), "a fresh ledger refuses nothing"
    return ledger
