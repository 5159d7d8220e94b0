"""
A resident gives points to another, found by phone number.

A number nobody claimed points with, and one nobody has, get the same answer, and looking is counted: the page must not
tell who is a customer. Row locks are taken in one order: residents, then the day's counter, then wallets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import alliance_day
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from core.limits import GIFT_LOOKUPS_PER_DAY, GIFT_POINTS_PER_DAY, GIFTS_PER_DAY, POINTS_PER_GIFT
from core.outbox.services import publish
from identity.queries import user_by_phone
from points import posting
from points.errors import IdempotencyKeyReused
from residents.cooling import refusal_of
from residents.models import Gift, GiftDay, Resident


class GiftPointsNotValid(DomainError):
    """Too few or too many points for one gift."""

    code = "gift_points_not_valid"
    kind = ErrorKind.INVALID
    message = _("A gift has from 1 to %(most)s points.")


class GiftReceiverUnknown(DomainError):
    """Nobody with this number has claimed points: there is no such user, or they are no resident. One answer to both."""

    code = "gift_receiver_unknown"
    kind = ErrorKind.NOT_FOUND
    message = _("Nobody who collects points has this number. Ask them to link their bank first, then give again.")


class GiftToOneself(DomainError):
    """The number is the giver's own."""

    code = "gift_to_oneself"
    kind = ErrorKind.INVALID
    message = _("This is your own number. Type that of the person who shall have the points.")


class TooManyGiftLookups(DomainError):
    """The resident looked for too many numbers today."""

    code = "too_many_gift_lookups"
    kind = ErrorKind.LIMITED
    message = _("You looked for many numbers today. Try again tomorrow.")


class GiftLimitReached(DomainError):
    """The day's gifts or their points would be more than are allowed."""

    code = "gift_limit_reached"
    kind = ErrorKind.LIMITED
    message = _("That is more than can be given in a day. Still possible today: %(gifts)s gifts with %(points)s points together.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsGiven:
    """A resident gave points to another."""

    topic: ClassVar[str] = "residents.points_given"
    gift: int


def find_receiver(*, giver: Resident, phone: str, at: datetime) -> Resident:
    """
    The resident with this phone number; each look is counted.

    :raises TooManyGiftLookups: if the giver looked too often today.
    :raises GiftToOneself, GiftReceiverUnknown: if the number is the giver's, or no resident's.
    """
    with transaction.atomic():
        outcome = _find(giver, phone, at)
    return outcome.or_raise()  # after commit: the look stays counted


def give_points(*, giver: Resident, receiver: Resident, points: int, key: str, at: datetime, phone_since: datetime | None = None) -> Gift:
    """
    Let spendable points become another resident's, with their banks and dates, once per key of the giver.

    :raises GiftPointsNotValid, GiftToOneself: if the gift can't be meant so.
    `phone_since`: since when the phone that gives is known.

    :raises GiftLimitReached: if it would be more than a day's gifts.
    :raises CoolDown: if a link or the phone is new, and it would be more than that may spend.
    :raises IdempotencyKeyReused: if the key gave something else.
    :raises InsufficientPoints, WalletFrozen, UnknownWallet: if the ledger refuses; the key answers so for ever.
    :raises LedgerBusy: if a wallet stayed locked by others for two seconds.
    """
    with transaction.atomic():
        outcome = _give(giver, receiver, points, key=key, phone_since=phone_since, at=at)
    return outcome.or_raise()


def _find(giver: Resident, phone: str, at: datetime) -> Outcome[Resident]:
    day = _held_day(giver, at)
    if day.lookups >= GIFT_LOOKUPS_PER_DAY:
        return Refused(TooManyGiftLookups())
    day.lookups += 1
    day.save(update_fields=["lookups"])
    user = user_by_phone(phone=phone)
    found = None if user is None else Resident.objects.filter(user=user, user__is_active=True).first()
    if found is None:
        return Refused(GiftReceiverUnknown())
    return Refused(GiftToOneself()) if found.pk == giver.pk else Done(found)


def _give(giver: Resident, receiver: Resident, points: int, *, key: str, phone_since: datetime | None, at: datetime) -> Outcome[Gift]:
    if not 0 < points <= POINTS_PER_GIFT:
        return Refused(GiftPointsNotValid(most=POINTS_PER_GIFT))
    if receiver.pk == giver.pk:
        return Refused(GiftToOneself())
    day = _held_day(giver, at)
    known = Gift.objects.filter(giver=giver, key=key).first()
    if known is not None:
        same = (known.receiver_id, known.points) == (receiver.pk, points)
        return Done(known) if same else Refused(IdempotencyKeyReused())
    if refusal := _over_limit(giver, day, points, phone_since, at):
        return Refused(refusal)
    command = posting.Gift(wallet=giver.wallet_id, to=receiver.wallet_id, points=points, key=f"gift:{key}", effective_at=at)
    result = posting.give(command, at=at)
    if result.refused or result.transfer_id is None:
        return Refused(result.error)
    day.gifts, day.points = day.gifts + 1, day.points + points
    day.save(update_fields=["gifts", "points"])
    gift = Gift.objects.create(giver=giver, receiver=receiver, points=points, key=key, transfer_id=result.transfer_id, given_at=at)
    publish(PointsGiven(gift=gift.pk), at=at)
    return Done(gift)


def _over_limit(giver: Resident, day: GiftDay, points: int, phone_since: datetime | None, at: datetime) -> DomainError | None:
    if day.gifts >= GIFTS_PER_DAY or day.points + points > GIFT_POINTS_PER_DAY:
        return GiftLimitReached(gifts=GIFTS_PER_DAY - day.gifts, points=GIFT_POINTS_PER_DAY - day.points)
    return refusal_of(Resident.objects.get(pk=giver.pk), points=points, phone_since=phone_since, at=at)


def _held_day(giver: Resident, at: datetime) -> GiftDay:
    """The giver's counter of the day. The giver is locked too: gifts of one go one after another, over midnight as well."""
    Resident.objects.select_for_update(no_key=True).get(pk=giver.pk)
    return GiftDay.objects.select_for_update().get_or_create(resident=giver, day=alliance_day(at))[0]
