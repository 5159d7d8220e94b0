"""Where a user is signed in: noted, listed by `identity.queries`, ended one by one or all but one, forgotten when over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import NotFound
from core.limits import SIGN_IN_ROWS_PER_SWEEP
from identity.models import OpenSession, User

NOTE: Final = """
    insert into identity_opensession (user_id, session_key, browser, began_at, used_at)
    values (%(user)s, %(key)s, %(browser)s, %(at)s, %(at)s)
    on conflict (session_key) do update set used_at = greatest(identity_opensession.used_at, excluded.used_at)"""
FORGET: Final = """
    delete from identity_opensession where id in (
        select o.id from identity_opensession o
        where not exists (select from django_session s where s.session_key = o.session_key)
        limit %s)"""


def note_session(*, user: User, session_key: str, browser: str, at: datetime) -> None:
    """Keep that the user is signed in by this session, on a browser described like that, and used it now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"user": user.pk, "key": session_key, "browser": browser, "at": at})


def end_session(*, actor: User, session_id: int, at: datetime) -> Mapping[str, Any]:
    """
    Sign the actor out at one place, at once; what its session remembered.

    :raises NotFound: if they aren't signed in there.
    """
    with transaction.atomic():
        row = OpenSession.objects.select_for_update().filter(pk=session_id, user=actor).first()
        if row is None:
            raise NotFound
        session = Session.objects.filter(session_key=row.session_key).first()
        remembered: Mapping[str, Any] = {} if session is None else session.get_decoded()
        record_security_event(SecurityEventKind.SESSIONS_ENDED, at=at, actor_id=actor.pk, about=row)
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
    return remembered


def end_other_sessions(*, actor: User, session_key: str | None, at: datetime) -> None:
    """Sign the actor out at once wherever they are but by this session, which must take up the new epoch to stay valid."""
    with transaction.atomic():
        record_security_event(SecurityEventKind.SESSIONS_ENDED, at=at, actor_id=actor.pk, about=actor)
        User.objects.filter(pk=actor.pk).update(session_epoch=F("session_epoch") + 1)
        others = OpenSession.objects.filter(user=actor).exclude(session_key=session_key)
        Session.objects.filter(session_key__in=others.values("session_key")).delete()
        others.delete()
    actor.refresh_from_db(fields=["session_epoch"])


def forget_ended_sessions(*, at: datetime) -> int:
    """Delete a batch of the sessions that are over, and of what was noted of them; how many rows."""
    over = Session.objects.filter(expire_date__lt=at).order_by("expire_date").values("pk")[:SIGN_IN_ROWS_PER_SWEEP]
    deleted, _by_model = Session.objects.filter(pk__in=over).delete()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [SIGN_IN_ROWS_PER_SWEEP])
        forgotten: int = cursor.rowcount
    return deleted + forgotten
