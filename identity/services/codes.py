"""
One-time codes that prove a phone.

Sending and guessing are counted in the database, under the lock of the user's row, so that requests at the same time
can't outrun the counters. The counts commit with the refusal.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.channels.services import send_text
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from core.limits import (
    SIGN_IN_CODE_DIGITS,
    SIGN_IN_CODE_SECONDS,
    SIGN_IN_CODE_TRIES,
    SIGN_IN_CODES_PER_DAY,
    SIGN_IN_CODES_PER_DAY_IN_ALL,
    SIGN_IN_CODES_PER_HOUR,
    SIGN_IN_WRONG_PER_DAY,
)
from core.secrets import lookup_hash
from identity.models import SignInCode, User
from identity.queries import phone_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TooManyCodes(DomainError):
    """So many codes were sent that no further one is, for now."""

    code = "too_many_codes"
    kind = ErrorKind.LIMITED
    message = _("Too many codes were sent to this phone. Wait an hour, then ask for a new one.")


class SignInCodeRefused(DomainError):
    """Not the code, or no longer good: one answer to all."""

    code = "sign_in_code_refused"
    kind = ErrorKind.DENIED
    message = _("This code is wrong or no longer good. Check it, or ask for a new one.")


def send_code(*, user: User, at: datetime) -> SignInCode:
    """
    Send the user's phone a new code; the ones sent before are no longer good.

    :raises TooManyCodes: if the phone, or the whole site, got as many as it may.
    """
    digits = f"{secrets.randbelow(10**SIGN_IN_CODE_DIGITS):0{SIGN_IN_CODE_DIGITS}d}"
    phone = phone_of(user=user)
    assert phone is not None, "only a user with a phone signs in by code"
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _check_quota(user, at=at)
        expires_at = at + timedelta(seconds=SIGN_IN_CODE_SECONDS)
        code = SignInCode.objects.create(user=user, code_hash=_hash(user, digits), made_at=at, expires_at=expires_at)
    text = gettext("%(code)s is your code to sign in. Nobody from the bank will ask you for it.") % {"code": digits}
    send_text(phone=phone, text=text, at=at)  # after commit: a slow gateway must not hold the lock
    return code


def check_code(*, user: User, typed: str, at: datetime) -> None:
    """
    Use up the user's newest code.

    :raises SignInCodeRefused: if it is not the one typed, or no longer good; the try is counted.
    """
    with transaction.atomic():
        outcome = _check(user, typed.strip(), at=at)
    outcome.or_raise()


def _check(user: User, typed: str, *, at: datetime) -> Outcome[None]:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    newest = SignInCode.objects.filter(user=user).order_by("-made_at", "-pk").first()
    wrong = SignInCode.objects.filter(user=user, made_at__gt=at - DAY).aggregate(total=Sum("tries"))["total"] or 0
    if newest is None or newest.used_at is not None or newest.expires_at <= at:
        return Refused(SignInCodeRefused())
    if newest.tries >= SIGN_IN_CODE_TRIES or wrong >= SIGN_IN_WRONG_PER_DAY:
        return Refused(SignInCodeRefused())
    if not compare_digest(bytes(newest.code_hash), _hash(user, typed)):
        SignInCode.objects.filter(pk=newest.pk).update(tries=F("tries") + 1)
        return Refused(SignInCodeRefused())
    SignInCode.objects.filter(pk=newest.pk).update(used_at=at)
    return Done(None)


def _check_quota(user: User, *, at: datetime) -> None:
    sent = SignInCode.objects.filter(user=user)
    if sent.filter(made_at__gt=at - HOUR).count() >= SIGN_IN_CODES_PER_HOUR:
        raise TooManyCodes
    if sent.filter(made_at__gt=at - DAY).count() >= SIGN_IN_CODES_PER_DAY:
        raise TooManyCodes
    if SignInCode.objects.filter(made_at__gt=at - DAY).count() >= SIGN_IN_CODES_PER_DAY_IN_ALL:
        raise TooManyCodes


def _hash(user: User, digits: str) -> bytes:
    return lookup_hash("sign-in-code", f"{user.pk}|{digits}")
