"""
A resident claims a bank's customer number with a one-time code, of the bank's letter or of a text message to their phone.

A wrong number and a wrong code get the same answer, and both are counted: per user, and per code. The counters commit
with the refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from core.limits import CLAIM_CODE_TRIES, CLAIM_TRIES_PER_USER, CLAIM_TRIES_WINDOW, COOL_DOWN
from core.outbox.services import publish
from identity.models import User
from residents.claim_codes import code_hash
from residents.cooling import free_points
from residents.models import BankLink, ClaimCode, ClaimTry, Resident
from residents.queries import customer_hash
from residents.services.merging import merge_residents


class ClaimRefused(DomainError):
    """No such customer number, or not this code, or the code is used, too old, or tried too often: one answer to all."""

    code = "claim_refused"
    kind = ErrorKind.DENIED
    message = _(
        "The bank, the customer number and the claim code don't belong together, or the code is no longer good. Check them once more; "
        "a code from a text message works only on the phone it was sent to. If it is refused again, ask your branch for a new code."
    )


class TooManyClaimTries(DomainError):
    """The user guessed enough for now."""

    code = "too_many_claim_tries"
    kind = ErrorKind.LIMITED
    message = _("That was one try too many. Try again tomorrow, or ask at your branch.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerClaimed:
    """Someone claimed a customer number: the phone in the bank's file is told."""

    topic: ClassVar[str] = "residents.claimed"
    link: int


class LinkClaimed(DomainError):
    """Someone claimed the link; no code can be issued for it."""

    code = "link_claimed"
    kind = ErrorKind.CONFLICT
    message = _("This customer number has been claimed. It needs no claim code.")


def claim_link(*, user: User, bank: str, customer: str, code: str, at: datetime) -> BankLink:
    """
    Make the user the resident behind a customer number of the bank with code `bank`. Claiming it again changes nothing.

    Who has points already, through another bank, has them all in one wallet from then on.

    :raises ClaimRefused: if number and code don't belong together, or the code is no longer good.
    :raises TooManyClaimTries: if the user failed too often.
    :raises BankLinkedAlready: if the user has another customer number of the same bank.
    :raises HoldOpen, WalletFrozen: if the wallets can't become one just now; the code stays good.
    :raises LedgerBusy: if a wallet stayed locked by others for two seconds; nothing is counted.
    """
    with transaction.atomic():
        outcome = _claim(user=user, bank=bank, customer=customer, code=code, at=at)
    return outcome.or_raise()  # after commit: a refusal leaves its count


def _claim(*, user: User, bank: str, customer: str, code: str, at: datetime) -> Outcome[BankLink]:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one try of a user at a time, or the count can be outrun
    recent = ClaimTry.objects.filter(user=user, made_at__gt=at - CLAIM_TRIES_WINDOW)
    if recent.count() >= CLAIM_TRIES_PER_USER:
        return Refused(TooManyClaimTries())
    found = customer_hash(bank_code=bank, customer=customer)
    link = _held_link(bank, found)
    mine = Resident.objects.filter(user=user).first()
    if link is not None and link.claimed_at is not None and mine is not None and link.resident_id == mine.pk:
        return Done(link)
    if link is None or not _opens(link, code_hash(bank_code=bank, customer=customer, code=code), user=user, at=at):
        ClaimTry.objects.create(user=user, made_at=at)
        return Refused(ClaimRefused())
    if link.resident.user_id not in {None, user.pk}:
        return Refused(ClaimRefused())
    free = 0
    if mine is not None and mine.pk != link.resident_id:
        free = free_points(mine, at=at)
        if refusal := merge_residents(resident=link.resident, into=mine, at=at):
            return Refused(refusal)
        link.resident = mine
    return Done(_settle(link, user=user, free=free, at=at))


def _held_link(bank: str, found: bytes) -> BankLink | None:
    """The link, locked together with the other links of its resident, in their order, and with the resident."""
    asked = BankLink.objects.filter(bank__in=Bank.objects.filter(code=bank), customer_hash=found)
    locked = BankLink.objects.select_for_update(of=("self",)).filter(resident__in=asked.values("resident")).select_related("bank")
    link = next((link for link in locked.order_by("pk") if bytes(link.customer_hash) == found and link.bank.code == bank), None)
    if link is not None:
        # no_key: a redemption, which holds the wallet, looks at its resident's row last, and must not wait for us there
        link.resident = Resident.objects.select_for_update(no_key=True).get(pk=link.resident_id)
    return link


def _opens(link: BankLink, given: bytes, *, user: User, at: datetime) -> bool:
    """Whether the newest code of an unclaimed link is this one and still good; a wrong one is counted against it."""
    newest = ClaimCode.objects.select_for_update().filter(link=link).order_by("-made_at", "-pk").first()
    if link.claimed_at is not None or newest is None:
        return False
    if newest.used_at is not None or newest.expires_at <= at or newest.tries >= CLAIM_CODE_TRIES:
        return False
    if newest.sent_to is not None and (user.phone_hash is None or bytes(user.phone_hash) != bytes(newest.sent_to)):
        return False  # and not counted against it: strangers can't use up the tries of the one it was sent to
    if compare_digest(bytes(newest.code_hash), given):
        return True
    ClaimCode.objects.filter(pk=newest.pk).update(tries=F("tries") + 1)
    return False


def _settle(link: BankLink, *, user: User, free: int, at: datetime) -> BankLink:
    newest = ClaimCode.objects.filter(link=link).order_by("-made_at", "-pk").values("pk")[:1]
    ClaimCode.objects.filter(pk__in=newest).update(used_at=at)
    if link.resident.user_id is None:
        Resident.objects.filter(pk=link.resident_id).update(user=user)
        link.resident.user = user
    Resident.objects.filter(pk=link.resident_id).update(slow_since=at, slow_until=at + COOL_DOWN, slow_free=free)
    link.claimed_at = at
    link.save(update_fields=["claimed_at"])
    publish(CustomerClaimed(link=link.pk), at=at)
    record_security_event(SecurityEventKind.LINK_CLAIMED, at=at, actor_id=user.pk, about=link)
    return link
