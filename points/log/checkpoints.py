"""Checkpoints: what the log signs of itself (https://c2sp.org/tlog-checkpoint), and the witnesses' cosignatures on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind, NotFound
from core.limits import COSIGNATURE_AHEAD
from points.log.notes import PublicKey, Signer, cosigned_at, encode, signed_note, split_note
from points.log.parts import parts_line

ONE_SEALER = "select pg_advisory_xact_lock(hashtext('points_seal'))"
NEW_SIZE = "select l.size, l.root, l.parts from points_log l where l.size > (select coalesce(max(c.size), 0) from points_checkpoint c)"
FOUND = "select c.size, c.root, c.note, c.made_at from points_checkpoint c"
COSIGNATURES = "select witness, line, signed_at from points_cosignature where size = %s order by signed_at, witness"
ENOUGH = "(select count(*) from points_cosignature s where s.size = c.size and s.witness = any(%s)) >= %s"

SIGNED_OVER = """
    select coalesce(max(signed), 0)
    from (select count(*) as signed from points_cosignature where size >= %s and witness = any(%s) group by size) s"""


class NotTheWitness(DomainError):
    """A cosignature that no witness of ours made on this checkpoint."""

    code = "not_the_witness"
    kind = ErrorKind.DENIED
    message = _("This is not a cosignature of this checkpoint by a witness this log knows. Ask the operator to add the witness's key.")


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness saw the checkpoint, and found that it follows from those before."""

    witness: str
    line: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's signed size and root. `note` is what the log signed, without the witnesses' lines."""

    size: int
    root: bytes
    note: str
    made_at: datetime
    cosignatures: tuple[Cosignature, ...]

    @property
    def full_note(self) -> str:
        """The note with the lines of its witnesses."""
        return self.note + "".join(each.line for each in self.cosignatures)


def log_signers() -> list[Signer]:
    """Every key that signs now: two while one replaces the other."""
    return [Signer.of_seed(settings.LOG_ORIGIN, seed) for seed in settings.LOG_SIGNING_SEEDS]


def log_keys() -> list[PublicKey]:
    """The log's public keys: those that sign now, then those that signed once."""
    return [*(signer.key for signer in log_signers()), *(PublicKey.read(text) for text in settings.LOG_PAST_KEYS)]


def witness_keys() -> list[PublicKey]:
    """The public keys of the witnesses that this log knows."""
    return [PublicKey.read(text) for text in settings.LOG_WITNESSES]


def checkpoint_text(*, origin: str, size: int, root: bytes, parts: str = "") -> str:
    """What is signed; `parts` is the line that says how many leaves have a part of each issuer, which old ones have not."""
    return f"{origin}\n{size}\n{encode(root)}\n" + (f"{parts}\n" if parts else "")


def make_checkpoint(*, at: datetime) -> bool:
    """Sign the log as it is now, unless it was signed at this size; returns whether there is a new checkpoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ONE_SEALER)  # the size does not move while it is signed
        cursor.execute(NEW_SIZE)
        row = cursor.fetchone()
        if row is None:
            return False
        size, root, counts = row[0], bytes(row[1]), {bytes.fromhex(issuer): count for issuer, count in json.loads(row[2]).items()}
        parts = parts_line(counts=counts, size=size, key=settings.LOG_BLINDING_KEYS[max(settings.LOG_BLINDING_KEYS)])
        note = signed_note(checkpoint_text(origin=settings.LOG_ORIGIN, size=size, root=root, parts=parts), log_signers())
        cursor.execute("select points_keep_checkpoint(%s, %s, %s, %s)", [size, root, note, at])
        return bool(cursor.fetchone()[0])


def latest_checkpoint() -> Checkpoint | None:
    """The newest checkpoint; None before the first."""
    return _found(f"{FOUND} order by c.size desc limit 1", [])


def checkpoint_of(*, size: int) -> Checkpoint:
    """
    The checkpoint of exactly this many leaves.

    :raises NotFound: if the log was never signed at this size.
    """
    found = _found(f"{FOUND} where c.size = %s", [size])
    if found is None:
        raise NotFound
    return found


def checkpoint_over(*, number: int) -> Checkpoint | None:
    """
    The checkpoint to prove a number with.

    The first one over it that has all the cosignatures asked for; while there is none, the first one over it.
    """
    return cosigned_checkpoint_over(number=number) or _found(f"{FOUND} where c.size >= %s order by c.size limit 1", [number])


def cosigned_checkpoint_over(*, number: int) -> Checkpoint | None:
    """The first checkpoint over a number that has all the cosignatures asked for; None while witnesses are awaited."""
    witnesses = [key.name for key in witness_keys()]
    return _found(f"{FOUND} where c.size >= %s and {ENOUGH} order by c.size limit 1", [number, witnesses, settings.LOG_QUORUM])


def signed_over(*, number: int) -> int:
    """How many of the witnesses have cosigned the same checkpoint over a number, as far as the furthest has come."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNED_OVER, [number, [key.name for key in witness_keys()]])
        found: int = cursor.fetchone()[0]
    return found


def cosign(*, size: int, line: str, at: datetime) -> Checkpoint:
    """
    Keep a witness's cosignature of a checkpoint; the same one again changes nothing.

    :raises NotFound: if the log was never signed at this size.
    :raises NotTheWitness: if no witness of ours made the line, or it is dated ahead of our clock.
    """
    checkpoint = checkpoint_of(size=size)
    text, _lines = split_note(checkpoint.note)
    for key in witness_keys():
        seconds = cosigned_at(key, text, line)
        if seconds is not None and seconds <= at.timestamp() + COSIGNATURE_AHEAD.total_seconds():
            _keep(size, key.name, line, seconds, at)
            return checkpoint_of(size=size)
    raise NotTheWitness


def _keep(size: int, witness: str, line: str, seconds: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select points_keep_cosignature(%s, %s, %s, %s, %s)", [size, witness, line, datetime.fromtimestamp(seconds, UTC), at]
        )


def _found(query: str, arguments: Sequence[Any]) -> Checkpoint | None:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        row = cursor.fetchone()
        if row is None:
            return None
        size, root, note, made_at = row
        cursor.execute(COSIGNATURES, [size])
        return Checkpoint(size, bytes(root), note, made_at, tuple(Cosignature(*found) for found in cursor.fetchall()))
