"""Named reads of users."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from core.secrets import decrypt_text
from identity.models import OpenSession, User
from identity.phones import PhoneNotValid, normal_phone, phone_hash


def user_by_phone(*, phone: str) -> User | None:
    """The user with this phone number, however it is spelled."""
    try:
        normal = normal_phone(phone)
    except PhoneNotValid:
        return None
    return User.objects.filter(phone_hash=phone_hash(normal)).first()


def made_up_user(*, user_id: int) -> User | None:
    """The user of that id if the demo made them up, and they sign in by phone."""
    return User.objects.filter(pk=user_id, is_made_up=True, is_active=True, is_staff=False).first()


def made_up_staff(*, limit: int) -> list[User]:
    """The staff that the demo made up."""
    return list(User.objects.filter(is_made_up=True, is_active=True, is_staff=True).order_by("pk")[:limit])


def phone_of(*, user: User) -> str | None:
    """The user's number in E.164 form; none for staff who sign in by name."""
    return None if user.phone_encrypted is None else decrypt_text(user.phone_encrypted)


def open_sessions(*, user: User, at: datetime, limit: int) -> list[OpenSession]:
    """Where the user is signed in, what was used last first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return list(OpenSession.objects.filter(Exists(alive), user=user).order_by("-used_at", "-pk")[:limit])
