"""A fact's place in the log in a few words: its number, when it was sealed, who cosigned; one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from points.log.checkpoints import ENOUGH, witness_keys

# Of the checkpoint that the number is proven with: see checkpoint_over.
READ = f"""
    select s.number, s.sealed_at, array(
        select g.witness from points_cosignature g
        where g.size = coalesce(
            (select c.size from points_checkpoint c where c.size >= s.number and {ENOUGH} order by c.size limit 1),
            (select min(c.size) from points_checkpoint c where c.size >= s.number))
        order by g.signed_at, g.witness)
    from points_sealed s"""  # noqa: S608 - our own words alone


@dataclass(frozen=True, slots=True)
class Seal:
    """A fact's place in the log, and the witnesses that stand behind it by now."""

    number: int
    sealed_at: datetime
    witnesses: Sequence[str]


def seal_of_number(*, number: int | None) -> Seal | None:
    """What stands behind a number; None for what has no number yet."""
    return _read("s.number = %s", number)


def seal_of_fact(*, party: UUID, fact: UUID) -> Seal | None:
    """What stands behind a fact of a party; None while it waits for its number."""
    return _read("s.party_id = %s and s.fact_id = %s", party, fact)


def _read(which: str, *values: UUID | int | None) -> Seal | None:
    witnesses = [key.name for key in witness_keys()]
    with connection.cursor() as cursor:
        cursor.execute(f"{READ} where {which}", [witnesses, settings.LOG_QUORUM, *(value and str(value) for value in values)])
        row = cursor.fetchone()
    return Seal(*row) if row else None
