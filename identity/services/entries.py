"""Keep who came in and went out, and who tried in vain."""

from __future__ import annotations

from datetime import datetime

from core.audit.choices import SecurityEventKind
from core.audit.services import count_failure, record_security_event
from identity.models import User


def note_signed_in(*, user: User, way: str, at: datetime) -> None:
    """Keep that a user signed in: by a `code`, a `password`, or one tap of the `demo`."""
    record_security_event(SecurityEventKind.SIGNED_IN, at=at, actor_id=user.pk, about=user, details={"way": way})


def note_sign_in_failed(*, user: User | None, way: str, why: str, at: datetime) -> None:
    """Count that somebody could not sign in, as the user whose name or number it was, if there is one."""
    count_failure(SecurityEventKind.SIGN_IN_FAILED, at=at, about=user, details={"way": way, "why": why})


def note_signed_out(*, user: User, at: datetime) -> None:
    """Keep that a user signed out."""
    record_security_event(SecurityEventKind.SIGNED_OUT, at=at, actor_id=user.pk, about=user)


def note_password_changed(*, user: User, at: datetime) -> None:
    """Keep that a user took another password."""
    record_security_event(SecurityEventKind.PASSWORD_CHANGED, at=at, actor_id=user.pk, about=user)
