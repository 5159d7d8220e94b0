"""Django's sessions in the database, read with one plain query: every request begins with it."""

from __future__ import annotations

from typing import Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from core.partial import from_columns

READ: Final = "select session_data, expire_date from django_session where session_key = %s and expire_date > %s"
COLUMNS: Final = ("session_data", "expire_date")


class SessionStore(DatabaseSessions):
    """The same rows as Django's own, and the same answers; only the reading is written out."""

    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            cursor.execute(READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        return from_columns(Session, COLUMNS, row)
