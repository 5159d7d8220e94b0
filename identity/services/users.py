"""Make users, and end what they have open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from core.errors import DomainError, ErrorKind, NotFound
from core.secrets import encrypt_text
from identity.choices import Language
from identity.models import User
from identity.phones import mobile_phone, phone_hash

SYSTEM: Final = "system"


class UsernameTaken(DomainError):
    """Someone signs in by that name."""

    code = "username_taken"
    kind = ErrorKind.CONFLICT
    message = _("The username “%(username)s” is taken. Choose another one.")


class PasswordTooWeak(DomainError):
    """The password is easy to guess."""

    code = "password_too_weak"
    kind = ErrorKind.INVALID
    message = _("This password is too easy to guess. Take a longer one that isn't a common word.")


def make_staff(*, actor: User, username: str, password: str, at: datetime, name: str = "", language: Language = Language.CHINESE) -> User:
    """
    Make a user who signs in by name and password. What they may do comes with a role.

    :raises UsernameTaken: if someone signs in by that name.
    :raises PasswordTooWeak: if the password is easy to guess.
    """
    user = User(username=username, name=name, language=language, is_staff=True, made_by=actor)
    try:
        validate_password(password, user)
    except ValidationError:
        raise PasswordTooWeak from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record_security_event(SecurityEventKind.STAFF_MADE, at=at, actor_id=actor.pk, about=user)
    except IntegrityError:
        raise UsernameTaken(username=username) from None
    return user


def system_actor() -> User:
    """Who acts where no person does, on the command line for example. Nobody signs in as this user."""
    user, _made = User.objects.get_or_create(username=SYSTEM, defaults={"is_active": False, "password": _unusable()})
    return user


def actor_named(*, username: str) -> User:
    """
    The member of staff for whom a command acts; the system itself without a name.

    :raises NotFound: if no member of staff signs in by that name.
    """
    if not username:
        return system_actor()
    found = User.objects.filter(username=username, is_staff=True, is_active=True).first()
    if found is None:
        raise NotFound
    return found


def user_with_phone(*, phone: str, name: str = "", at: datetime | None = None) -> User:
    """
    The user with this phone number, made if there was none: now, or at the moment given.

    :raises PhoneNotValid: if it can't be a phone number.
    :raises PhoneOutOfReach: if no text messages go there: a user signs in by them.
    """
    normal = mobile_phone(phone)
    user, _made = User.objects.get_or_create(
        phone_hash=phone_hash(normal),
        defaults={"phone_encrypted": encrypt_text(normal), "name": name, "password": _unusable(), "joined_at": at or now()},
    )
    return user


def mark_made_up(*, users: Collection[User]) -> None:
    """Say of users that the demo made them up: while the system is embedded, anyone may sign in as them."""
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_made_up=True)


def end_sessions(*, actor: User, user: User, at: datetime) -> None:
    """Sign the user out everywhere, at once: no session made before this is valid after it."""
    record_security_event(SecurityEventKind.SESSIONS_ENDED, at=at, actor_id=actor.pk, about=user)
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


def choose_language(*, user: User, language: str) -> None:
    """Write to the user in this language from now on."""
    User.objects.filter(pk=user.pk).update(language=Language(language))


def _unusable() -> str:
    user = User()
    user.set_unusable_password()
    return user.password
