"""An issuer's own leaves as a file: a header with the checkpoint, a line for each leaf, and an end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from points.log.checkpoints import Checkpoint
from points.log.opened import issuer_leaves, leaf_json
from points.log.parts import counts_at, opened_parts

FORMAT: Final = "cf-leaves-2"
STATE: Final = "select size, parts from points_log"


def export_lines(*, issuer: UUID, after: int, checkpoint: Checkpoint) -> Iterator[str]:
    """
    The issuer's leaves with the numbers after `after`, up to the checkpoint, one JSON object a line.

    The header opens to the issuer how many of its parts the checkpoint says there are; the last line says how many came.
    """
    count = 0
    yield _line({"format": FORMAT, "issuer": str(issuer), "after": after, "checkpoint": checkpoint.full_note, **_parts(issuer, checkpoint)})
    for opened in issuer_leaves(issuer=issuer, after=after, upto=checkpoint.size):
        count += 1
        yield _line(leaf_json(opened))
    yield _line({"end": checkpoint.size, "leaves": count})


def _parts(issuer: UUID, checkpoint: Checkpoint) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        size, text = cursor.fetchone()
    now, keys = {bytes.fromhex(one): count for one, count in json.loads(text).items()}, settings.LOG_BLINDING_KEYS
    counts = counts_at(size=checkpoint.size, now=now, size_now=size, keys=keys)
    opened = opened_parts(issuer=issuer.bytes, counts=counts, size=checkpoint.size, text=checkpoint.note, keys=keys)
    return {} if opened is None else {"parts": opened}


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
