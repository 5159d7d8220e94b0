"""Enroll merchants, open their outlets, appoint and dismiss cashiers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from branches.models import Bank, Neighborhood
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import DomainError, ErrorKind
from core.outbox.services import publish
from identity.models import User
from identity.services import end_sessions, user_with_phone
from merchants.choices import Picture
from merchants.models import Cashier, Merchant, Outlet
from points.parties import open_merchant


class CashierAppointedAlready(DomainError):
    """The person stands at this till already."""

    code = "cashier_appointed_already"
    kind = ErrorKind.CONFLICT
    message = _("This person is a cashier of this outlet already.")


class OutletClosed(DomainError):
    """The outlet trades no more."""

    code = "outlet_closed"
    kind = ErrorKind.CONFLICT
    message = _("This outlet is closed. Choose one that is open.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierDismissed:
    """A cashier was dismissed: what they had open at the till must be closed."""

    topic: ClassVar[str] = "merchants.cashier_dismissed"
    cashier_id: int


def enroll_merchant(*, actor: User, name: str, acquirer: Bank, at: datetime, name_en: str = "") -> Merchant:
    """Let a business take points; the acquirer is the bank that pays it."""
    with transaction.atomic():
        merchant = Merchant.objects.create(name=name, name_en=name_en, acquirer=acquirer, enrolled_at=at, enrolled_by=actor)
        open_merchant(merchant.party_id, at=at)
    return merchant


def name_merchant_in_english(*, actor: User, merchant: Merchant, name_en: str) -> None:
    """Give the merchant another name in English, or none."""
    Merchant.objects.filter(pk=merchant.pk).update(name_en=name_en, changed_by=actor)


def open_outlet(
    *,
    actor: User,
    merchant: Merchant,
    neighborhood: Neighborhood,
    name: str,
    at: datetime,
    name_en: str = "",
    picture: Picture | str = "",
) -> Outlet:
    """Open a place where the merchant trades. Without a picture, pages show its first character."""
    return Outlet.objects.create(
        merchant=merchant,
        neighborhood=neighborhood,
        name=name,
        name_en=name_en,
        picture=picture,
        opened_at=at,
        opened_by=actor,
    )


def change_outlet(*, actor: User, outlet: Outlet, name_en: str, picture: Picture | str) -> None:
    """Show the outlet with another name in English and another of our drawings, or with none."""
    Outlet.objects.filter(pk=outlet.pk).update(name_en=name_en, picture=picture, changed_by=actor)


def appoint_cashier(*, actor: User, outlet: Outlet, phone: str, name: str, at: datetime) -> Cashier:
    """
    Let the person with this phone take points at the outlet.

    :raises PhoneNotValid: if it can't be a phone number.
    :raises PhoneOutOfReach: if no text messages go there.
    :raises OutletClosed: if the outlet trades no more.
    :raises CashierAppointedAlready: if they do so already.
    """
    if outlet.closed_at is not None:
        raise OutletClosed
    try:
        with transaction.atomic():
            user = user_with_phone(phone=phone, name=name)
            cashier = Cashier.objects.create(user=user, outlet=outlet, appointed_at=at, appointed_by=actor)
            record_security_event(SecurityEventKind.CASHIER_APPOINTED, at=at, actor_id=actor.pk, about=cashier)
            return cashier
    except IntegrityError:
        raise CashierAppointedAlready from None


def dismiss_cashier(*, actor: User, cashier: Cashier, at: datetime) -> Cashier:
    """Dismiss a cashier: signed out everywhere at once, history kept. Dismissing again changes nothing."""
    with transaction.atomic():
        locked = Cashier.objects.select_for_update(of=("self",)).select_related("user").get(pk=cashier.pk)
        if locked.dismissed_at is None:
            locked.dismissed_at, locked.dismissed_by = at, actor
            locked.save(update_fields=["dismissed_at", "dismissed_by"])
            record_security_event(SecurityEventKind.CASHIER_DISMISSED, at=at, actor_id=actor.pk, about=locked)
            end_sessions(actor=actor, user=locked.user, at=at)
            publish(CashierDismissed(cashier_id=locked.pk), at=at)
    return locked
