"""The one way to write a security event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Model

from core.audit.choices import SecurityEventKind
from core.audit.visitor import present_network
from core.limits import FAILURE_ROWS_PER_MINUTE, SECURITY_DETAIL_TEXT, SECURITY_DETAILS

RECORD: Final = "select core_record_security_event(%s, %s, %s, %s, %s, %s::jsonb, %s, %s)"


def record_security_event(
    kind: SecurityEventKind,
    *,
    at: datetime,
    actor_id: int | None,
    about: Model | None = None,
    details: Mapping[str, int | str] | None = None,
) -> None:
    """
    Keep what happened, in the caller's transaction: it is there exactly when the deed is.

    `details` are a few short words and numbers: no name of a person, no phone, no code.
    """
    _record(kind, at=at, actor_id=actor_id, about=about, details=details, most=None)


def count_failure(
    kind: SecurityEventKind,
    *,
    at: datetime,
    about: Model | None = None,
    details: Mapping[str, int | str] | None = None,
) -> None:
    """
    Count what a stranger failed at. A thousand failures in a minute are few rows, so that nobody fills the table.

    Call it last in a transaction, or in none: the others who fail in the same way wait for its end.
    """
    _record(kind, at=at, actor_id=None, about=about, details=details, most=FAILURE_ROWS_PER_MINUTE)


def _record(
    kind: SecurityEventKind,
    *,
    at: datetime,
    actor_id: int | None,
    about: Model | None,
    details: Mapping[str, int | str] | None,
    most: int | None,
) -> None:
    given = details or {}
    assert len(given) <= SECURITY_DETAILS, "an event has a few details"
    assert all(len(str(value)) <= SECURITY_DETAIL_TEXT for value in given.values()), "a detail is a word or a number"
    named = ("", "") if about is None else (about._meta.label_lower, str(about.pk))  # noqa: SLF001  Django's own name for it
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [kind, actor_id, *named, present_network(), json.dumps(dict(given)), at, most])
