"""The single way in: commands go down, results come back, and a refusal is a result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.utils import OperationalError

from core.clock import alliance_day
from core.errors import DomainError
from core.ids import uuid7, uuid7s
from core.limits import COMMANDS_PER_POST
from points.choices import OutcomeCode
from points.commands import (
    AnyCommand,
    Capture,
    Command,
    Earn,
    Gift,
    Hold,
    Redeem,
    Release,
    Reverse,
    Settle,
)
from points.errors import REFUSALS, InsufficientPoints, LedgerBusy, MoreThanIsLeft

__all__ = [
    "Capture",
    "Command",
    "Earn",
    "Gift",
    "Hold",
    "Redeem",
    "Release",
    "Result",
    "Reverse",
    "Settle",
    "body_of",
    "busy_as_error",
    "give",
    "merge",
    "post",
    "post_one",
    "result_of",
    "settle",
]

POST = "select n, outcome, transfer_id, available, again from points_post(%s::jsonb, %s, %s) order by n"
WAITED_TOO_LONG = {"55P03", "40P01"}  # lock_not_available, deadlock_detected


@dataclass(frozen=True, slots=True)
class Result:
    """
    The ledger's answer to one command.

    `transfer_id` names the fact (or the kept refusal), `available` what a refused command could have had,
    `again` says that this is the first answer to the same key once more.
    """

    outcome: OutcomeCode
    transfer_id: UUID | None
    available: int | None
    again: bool
    required: int | None

    @property
    def posted(self) -> bool:
        """Whether the points moved, now or at the first time of asking."""
        return self.outcome is OutcomeCode.POSTED

    @property
    def refused(self) -> bool:
        """Whether nothing moved."""
        return not self.posted

    @property
    def error(self) -> DomainError:
        """The refusal as a typed error."""
        assert self.refused, "a posted command has no error"
        kind = REFUSALS[self.outcome]
        if kind is InsufficientPoints:
            return kind(required=self.required or 0, available=self.available or 0)
        if kind is MoreThanIsLeft:
            return kind(available=self.available or 0)
        return kind()


def post(commands: Sequence[Command], *, at: datetime) -> list[Result]:
    """
    Decide up to 500 commands in their order, write what is posted, and answer each in the same order.

    One call a database transaction, after the caller's own row locks. Refusals are results and commit.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds; nothing of the call remains.
    """
    assert 0 < len(commands) <= COMMANDS_PER_POST, "a batch has 1 to 500 commands"
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(POST, [body_of(commands), at, alliance_day(at)])
        return _results(commands, cursor.fetchall())


def post_one(command: Command, *, at: datetime) -> Result:
    """
    Post a single command; the same way in as a batch.

    :raises LedgerBusy: if the wallet stayed locked by others for two seconds.
    """
    return post([command], at=at)[0]


def give(command: Gift, *, at: datetime) -> Result:
    """
    Let points of one wallet become another's, with their issuers and dates; two transfers in one transaction.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds.
    """
    query = "select n, outcome, transfer_id, available, again from points_gift(%s::jsonb, %s, %s, %s)"
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(query, [json.dumps(command.as_row(uuid7())), uuid7(), at, alliance_day(at)])
        return _results([command], cursor.fetchall())[0]


def merge(*, wallet: UUID, into: UUID, key: str, at: datetime) -> Result:
    """
    Move all of a wallet into another of the same person, and close it; debts go along.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds.
    """
    query = "select n, outcome, transfer_id, available, again from points_merge(%s, %s, %s::uuid[], %s, %s, %s)"
    asked = hashlib.sha256(f"merge|{wallet}|{into}".encode()).digest()
    sent, received = uuid7s(2)  # in a history of both wallets, points arrive after they left
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(query, [wallet, into, [str(sent), str(received)], key, asked, at])
        _n, outcome, transfer_id, available, again = cursor.fetchone()
    return Result(OutcomeCode(outcome), transfer_id, available, again, None)


def settle(commands: Sequence[Settle], *, at: datetime) -> list[Result]:
    """Retire what merchants were owed, one command a statement line; nothing is locked, at most 500 a call."""
    assert 0 < len(commands) <= COMMANDS_PER_POST, "a batch has 1 to 500 commands"
    query = "select n, outcome, transfer_id, available, again from points_settle(%s::jsonb, %s) order by n"
    with connection.cursor() as cursor:
        cursor.execute(query, [body_of(commands), at])
        return _results(commands, cursor.fetchall())


def body_of(commands: Sequence[AnyCommand]) -> str:
    """The commands as the ledger's functions read them, each with an id."""
    ids = uuid7s(len(commands))  # ascending: what one call posts stands in a history in the order of the call
    return json.dumps([command.as_row(id_) for command, id_ in zip(commands, ids, strict=True)])


def result_of(command: AnyCommand, answer: Sequence[Any]) -> Result:
    """The ledger's answer to a command: outcome, transfer, available and again, as its functions return them."""
    outcome, transfer_id, available, again = answer
    return Result(OutcomeCode(outcome), transfer_id, available, again, command.points)


def _results(commands: Sequence[AnyCommand], rows: Sequence[tuple[Any, ...]]) -> list[Result]:
    return [result_of(command, answer) for command, (_n, *answer) in zip(commands, rows, strict=True)]


@contextmanager
def busy_as_error() -> Iterator[None]:
    """
    Around a query that calls the ledger.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds.
    """
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) in WAITED_TOO_LONG:
            raise LedgerBusy from error
        raise
