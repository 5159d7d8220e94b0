"""
A claim code goes by text message to the phone in the bank's file. Who has it sent never sees it.

The other way is the bank's own letter, with a code of its file; no code ever stands on a screen of the desk.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.channels.services import send_text
from core.errors import DomainError, ErrorKind
from core.limits import CLAIM_CODE_AGE, CLAIM_TEXTS_PER_DAY
from core.secrets import decrypt_text
from identity.models import User
from identity.phones import masked_phone
from residents.claim_codes import code_hash, make_code
from residents.models import BankLink, ClaimCode
from residents.queries import customer_of
from residents.services.claiming import LinkClaimed


class NoPhoneInFile(DomainError):
    """The bank's file says no phone, so no text can go there."""

    code = "no_phone_in_file"
    kind = ErrorKind.CONFLICT
    message = _("The bank's file has no phone of this customer. The bank puts a phone into its next file, or a claim code for a letter.")


class TooManyClaimTexts(DomainError):
    """So many codes went to this phone today that no further one does."""

    code = "too_many_claim_texts"
    kind = ErrorKind.LIMITED
    message = _("%(most)s claim codes went to this customer's phone within a day. Send the next one tomorrow.")


def send_claim_code(*, actor: User, link: BankLink, at: datetime) -> str:
    """
    Send a new one-time code to the phone in the bank's file, and return the number's tail; codes before are no longer good.

    :raises LinkClaimed: if the link is claimed.
    :raises NoPhoneInFile: if the bank's file has no phone.
    :raises TooManyClaimTexts: if too many went there within a day.
    :raises MessageNotSent, PhoneOutOfReach: if the text could not be sent; the codes before stay good.
    """
    code = make_code()
    with transaction.atomic():
        locked, phone = _with_phone(link, at=at)
        kept = ClaimCode.objects.create(
            link=locked,
            code_hash=code_hash(bank_code=locked.bank.code, customer=customer_of(link=locked), code=code),
            sent_to=locked.phone_hash,
            made_at=at,
            expires_at=at + CLAIM_CODE_AGE,
            issued_by=actor,
        )
        record_security_event(SecurityEventKind.CLAIM_CODE_ISSUED, at=at, actor_id=actor.pk, about=locked)
    try:
        send_text(phone=phone, text=_words(locked, code), at=at)  # after commit: a slow gateway must not hold the lock
    except DomainError:
        kept.delete()
        raise
    return masked_phone(phone)


def _with_phone(link: BankLink, *, at: datetime) -> tuple[BankLink, str]:
    locked = BankLink.objects.select_for_update(of=("self",)).select_related("bank").get(pk=link.pk)
    if locked.claimed_at is not None:
        raise LinkClaimed
    if locked.phone_encrypted is None:
        raise NoPhoneInFile
    if locked.codes.filter(sent_to__isnull=False, made_at__gt=at - timedelta(days=1)).count() >= CLAIM_TEXTS_PER_DAY:
        raise TooManyClaimTexts(most=CLAIM_TEXTS_PER_DAY)
    return locked, decrypt_text(locked.phone_encrypted)


def _words(link: BankLink, code: str) -> str:
    """In the site's language: the bank doesn't say which one its customer reads."""
    told = {"bank": link.bank.name, "code": code}
    with override(settings.LANGUAGE_CODE):
        return gettext("%(bank)s: %(code)s is your claim code. Use it on this phone, with your customer number.") % told
