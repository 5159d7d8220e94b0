"""What an issuer declares of itself, sealed as a leaf: its terms, the rules it gives points by, what two people decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from core.ids import uuid7


def record_declaration(*, issuer: UUID, kind: str, subject: str, body: str, at: datetime) -> None:
    """Keep an issuer's words under a subject, to be sealed; the same words again change nothing, others are a fault."""
    with connection.cursor() as cursor:
        cursor.execute("select points_record_declaration(%s, %s, %s, %s, %s, %s)", [str(issuer), str(uuid7()), kind, subject, body, at])
        kept = cursor.fetchone()
    assert kept == (True,), "what was declared under a subject stays"
