"""
One-time codes that prove a phone.

A code is good in the browser that asked for it, and nowhere else: what a stranger types spoils no code but their own. Sending and
guessing are counted in the database under a lock, so that requests at the same time can't outrun the counters. The counts commit
with the refusal. A user is made when the code was right.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.channels.services import MessageNotSent, send_text
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from core.limits import SIGN_IN_CODE_DIGITS, SIGN_IN_CODE_SECONDS, SIGN_IN_CODE_TRIES, SIGN_IN_CODES_KEPT, SIGN_IN_ROWS_PER_SWEEP
from core.numbers import plain_digits
from core.secrets import lookup_hash
from identity.models import SignInCode, User
from identity.phones import mobile_phone, phone_hash, phone_prefix
from identity.services.quotas import Origin, is_open_to_newcomers, refusal_to_check, refusal_to_send
from identity.services.users import user_with_phone
from identity.visitors import Visitor

LOCK: Final = "select pg_advisory_xact_lock(hashtext('identity_signincode'))"


class SignInCodeOver(DomainError):
    """The code was used, is too old, or was guessed at too often."""

    code = "sign_in_code_over"
    kind = ErrorKind.DENIED
    message = _("This code is no longer good: it was used, is too old, or was typed wrong too often. Ask for a new one.")


class SignInCodeWrong(DomainError):
    """Another code was sent."""

    code = "sign_in_code_wrong"
    kind = ErrorKind.DENIED
    message = _("This is not the code. Check it in the text message. Tries left: %(left)s.")


class SignInCodeNotDigits(DomainError):
    """Not what a code looks like; no try."""

    code = "sign_in_code_not_digits"
    kind = ErrorKind.INVALID
    message = _("A code has %(digits)s digits. Check it in the text message.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What may be told of a code asked for: nothing that depends on whether the phone has a user."""

    only_to_known: bool  # today's last codes go to phones with a user alone


def send_code(*, phone: str, visitor: Visitor, at: datetime) -> Sent:
    """
    Send a phone a code for the visitor's browser; the ones sent before for it are no longer good.

    :raises PhoneNotValid: if it can't be a phone number.
    :raises PhoneOutOfReach: if no text messages go to that number.
    :raises TooManyCodes: or another refusal of `quotas`, if those who ask got as many as they may.
    :raises MessageNotSent: if the gateway did not take the message; nothing is counted then, and the code before stays good.
    """
    normal = mobile_phone(phone)
    digits = f"{secrets.randbelow(10**SIGN_IN_CODE_DIGITS):0{SIGN_IN_CODE_DIGITS}d}"
    with transaction.atomic():
        outcome = _keep(normal, visitor, digits, at=at)
    code, only_to_known = outcome.or_raise()
    if code.is_sent:
        text = gettext("%(code)s is your code to sign in. Nobody from the bank will ask you for it.") % {"code": digits}
        try:
            send_text(phone=normal, text=text, at=at)  # after commit: a slow gateway must not hold the lock
        except MessageNotSent:
            code.delete()
            raise
    return Sent(only_to_known=only_to_known)


def check_code(*, phone: str, visitor: Visitor, typed: str, at: datetime) -> User:
    """
    Use up the newest code that was sent to the phone for the visitor's browser; the phone's user, made now if there was none.

    :raises SignInCodeNotDigits: if it isn't six digits; no try is counted.
    :raises SignInCodeWrong: if another code was sent; the try is counted.
    :raises SignInCodeOver: if the code is no longer good.
    :raises TooManyTries: or for the phone, if so many were wrong that no code is looked at.
    """
    digits = plain_digits(typed)
    if len(digits) != SIGN_IN_CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise SignInCodeNotDigits(digits=SIGN_IN_CODE_DIGITS)
    with transaction.atomic():
        outcome = _check(mobile_phone(phone), visitor, digits, at=at)
    return outcome.or_raise()


def forget_old_codes(*, at: datetime) -> int:
    """Delete a batch of the codes that no count looks at any more; how many."""
    old = SignInCode.objects.filter(made_at__lt=at - SIGN_IN_CODES_KEPT).order_by("made_at").values("pk")[:SIGN_IN_ROWS_PER_SWEEP]
    deleted, _by_model = SignInCode.objects.filter(pk__in=old).delete()
    return deleted


def _keep(phone: str, visitor: Visitor, digits: str, *, at: datetime) -> Outcome[tuple[SignInCode, bool]]:
    _lock()
    user, origin = _origin(phone, visitor)
    if refusal := refusal_to_send(origin, at=at):
        return Refused(refusal)
    only_to_known = not (origin.is_known or is_open_to_newcomers(at=at))
    code = SignInCode.objects.create(
        **asdict(origin),
        is_sent=not only_to_known if user is None else user.is_active,
        code_hash=_hash(origin, digits),
        made_at=at,
        expires_at=at + timedelta(seconds=SIGN_IN_CODE_SECONDS),
    )
    return Done((code, only_to_known))


def _check(phone: str, visitor: Visitor, digits: str, *, at: datetime) -> Outcome[User]:
    _lock()
    _user, origin = _origin(phone, visitor)
    if refusal := refusal_to_check(origin, at=at):
        return Refused(refusal)
    mine = SignInCode.objects.filter(phone_hash=origin.phone_hash, browser_hash=origin.browser_hash)
    newest = mine.order_by("-made_at", "-pk").first()
    if newest is None or newest.used_at is not None or newest.expires_at <= at or newest.tries >= SIGN_IN_CODE_TRIES:
        return Refused(SignInCodeOver())
    if not compare_digest(bytes(newest.code_hash), _hash(origin, digits)):
        SignInCode.objects.filter(pk=newest.pk).update(tries=F("tries") + 1)
        left = SIGN_IN_CODE_TRIES - newest.tries - 1
        return Refused(refusal_to_check(origin, at=at) or (SignInCodeWrong(left=left) if left else SignInCodeOver()))
    SignInCode.objects.filter(pk=newest.pk).update(used_at=at)
    return Done(user_with_phone(phone=phone))


def _lock() -> None:
    """One after another; a code is asked for or tried in a few milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def _origin(phone: str, visitor: Visitor) -> tuple[User | None, Origin]:
    user = User.objects.filter(phone_hash=phone_hash(phone)).first()
    origin = Origin(
        phone_hash=phone_hash(phone),
        browser_hash=lookup_hash("sign-in-browser", visitor.browser),
        network_hash=lookup_hash("sign-in-network", visitor.network),
        prefix_hash=lookup_hash("sign-in-prefix", phone_prefix(phone)),
        is_known=visitor.knows(user),
    )
    return user, origin


def _hash(origin: Origin, digits: str) -> bytes:
    return lookup_hash("sign-in-code", f"{origin.phone_hash.hex()}|{origin.browser_hash.hex()}|{digits}")
