"""What can be asked of the ledger. A command says what the caller wants; ids and times of the server are added later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from points.choices import Source

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfWallet:
    """What every command of a wallet says. `key` is unique with the wallet and the source."""

    kind: ClassVar[str]

    wallet: UUID
    key: str
    effective_at: datetime
    facts: Mapping[str, Any] | None = None

    def _row(self, id_: UUID, *, source: str, asked: object, points: int | None, **more: object) -> Row:
        """
        The command as the posting function reads it; the hash covers what was asked, nothing of the server's.

        Nor the wallet: a key is looked for among the wallet's own.
        """
        request = f"{self.kind}|{asked}|{points}"
        return {
            "kind": self.kind,
            "id": str(id_),
            "wallet": str(self.wallet),
            "source": source,
            "key": self.key,
            "hash": "\\x" + hashlib.sha256(request.encode()).hexdigest(),
            "points": points,
            "effective_at": self.effective_at.isoformat(),
            "facts": self.facts,
            **more,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Earn(_OfWallet):
    """Points of an issuer come into a wallet, as a lot of the given terms and dates; arrears are paid first."""

    kind = "earn"

    issuer: UUID
    terms: int
    points: int
    expires_on: date
    available_on: date | None = None
    source: str = Source.EARNING.value

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        issuer = str(self.issuer)
        return self._row(
            id_,
            source=self.source,
            asked=issuer,
            points=self.points,
            issuer=issuer,
            terms=self.terms,
            available_on=self.available_on and self.available_on.isoformat(),
            expires_on=self.expires_on.isoformat(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(_OfWallet):
    """Spendable points of a wallet, soonest expiry first, become owed to a merchant."""

    kind = "redeem"

    merchant: UUID
    points: int
    source: str = Source.REDEMPTIONS.value

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=self.source, asked=self.merchant, points=self.points, merchant=str(self.merchant))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(_OfWallet):
    """Spendable points are reserved for a merchant until a deadline."""

    kind = "hold"

    merchant: UUID
    points: int
    due_at: datetime
    source: str = Source.REDEMPTIONS.value

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(
            id_,
            source=self.source,
            asked=self.merchant,
            points=self.points,
            merchant=str(self.merchant),
            due_at=self.due_at.isoformat(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Following(_OfWallet):
    """A command about an earlier transfer of the same wallet."""

    follows: UUID
    source: str = Source.REDEMPTIONS.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(_Following):
    """A hold becomes a redemption, of all of it (`points=None`) or a part; the rest goes back. Final either way."""

    kind = "capture"

    points: int | None = None

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=self.source, asked=self.follows, points=self.points, follows=str(self.follows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(_Following):
    """A hold ends and its points go back."""

    kind = "release"

    points: ClassVar[None] = None

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=self.source, asked=self.follows, points=None, follows=str(self.follows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(_Following):
    """Points of a redemption go back to the very lots they came from; `points=None` gives back all that is left."""

    kind = "reverse"

    points: int | None = None

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=self.source, asked=self.follows, points=self.points, follows=str(self.follows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(_OfWallet):
    """Spendable points become another wallet's, with their issuers and dates."""

    kind = "gift"

    to: UUID
    points: int
    source: str = Source.RESIDENTS.value

    def as_row(self, id_: UUID) -> Row:
        """For the posting function, which reads the other wallet where a redemption has its merchant."""
        return self._row(id_, source=self.source, asked=self.to, points=self.points, merchant=str(self.to))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """What a merchant was owed by one issuer on one statement line is retired; negative where points came back."""

    merchant: UUID
    issuer: UUID
    points: int
    key: str
    effective_at: datetime

    def as_row(self, id_: UUID) -> Row:
        """For the settling function."""
        request = f"settle|{self.merchant}|{self.issuer}|{self.points}"
        return {
            "id": str(id_),
            "merchant": str(self.merchant),
            "issuer": str(self.issuer),
            "points": self.points,
            "key": self.key,
            "hash": "\\x" + hashlib.sha256(request.encode()).hexdigest(),
            "effective_at": self.effective_at.isoformat(),
        }


Command = Earn | Redeem | Hold | Capture | Release | Reverse
AnyCommand = Command | Gift | Settle
