"""
Corrections and clawbacks without a reason, for tests of the ledger alone.

No login may call them; in the tests' databases a schema of its own lends them out (tests/database.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from core.clock import alliance_day
from core.ids import uuid7s
from points.choices import OutcomeCode, Source
from points.commands import Row, _Following, _OfWallet
from points.posting import Result, busy_as_error

ANSWERS = "select outcome, transfer_id, available, again from hands.{}(%s::jsonb, %s, %s) order by n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clawback(_Following):
    """An earn is taken back, all that is left of it (`points=None`) or a part; what was spent becomes arrears."""

    kind = "clawback"

    points: int | None = None
    source: str = Source.EARNING.value

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=self.source, asked=self.follows, points=self.points, follows=str(self.follows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust(_OfWallet):
    """Points are given by an approval of two people, whose id is the key."""

    kind = "adjust"

    issuer: UUID
    terms: int
    points: int
    expires_on: date

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(
            id_,
            source=Source.APPROVALS.value,
            asked=self.issuer,
            points=self.points,
            issuer=str(self.issuer),
            terms=self.terms,
            expires_on=self.expires_on.isoformat(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustOut(_OfWallet):
    """Points of one issuer are taken by an approval of two people, whose id is the key; never more than is there."""

    kind = "adjust_out"

    issuer: UUID
    points: int

    def as_row(self, id_: UUID) -> Row:
        """For the posting function."""
        return self._row(id_, source=Source.APPROVALS.value, asked=self.issuer, points=self.points, issuer=str(self.issuer))


def claw_back(commands: Sequence[Clawback], *, at: datetime) -> list[Result]:
    """Take earns back; what was spent of them becomes arrears."""
    rows = [command.as_row(id_) for command, id_ in zip(commands, uuid7s(len(commands)), strict=True)]
    return _answers("points_claw_back", commands, rows, at)


def adjust(command: Adjust | AdjustOut, *, at: datetime) -> Result:
    """Correct a wallet."""
    return _answers("points_adjust", [command], command.as_row(uuid7s(1)[0]), at)[0]


def _answers(function: str, commands: Sequence[Clawback | Adjust | AdjustOut], body: Row | list[Row], at: datetime) -> list[Result]:
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(ANSWERS.format(function), [json.dumps(body), at, alliance_day(at)])
        rows = cursor.fetchall()
    return [
        Result(OutcomeCode(outcome), transfer_id, available, again, command.points)
        for command, (outcome, transfer_id, available, again) in zip(commands, rows, strict=True)
    ]
