"""Suspend a bank as an issuer: its points wait, neither spent nor expired, until two operators lift it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from branches.choices import ApprovalAction
from branches.models import Approval, Bank
from branches.services.approvals import Target, ask, fingerprint, redeem
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from identity.models import User
from points.parties import lift_suspension, suspend_issuer
from points.queries import suspended_issuers


class IssuerSuspended(DomainError):
    """It was suspended before."""

    code = "issuer_suspended"
    kind = ErrorKind.CONFLICT
    message = _("This bank is suspended already; its points wait.")


class IssuerNotSuspended(DomainError):
    """There is nothing to lift."""

    code = "issuer_not_suspended"
    kind = ErrorKind.CONFLICT
    message = _("This bank is not suspended.")


def suspend_bank(*, actor: User, bank: Bank, at: datetime) -> None:
    """
    Let a bank's points wait from now on; one operator is enough.

    :raises IssuerSuspended: if they wait already.
    """
    with transaction.atomic():
        if not suspend_issuer(issuer=bank.issuer_id, at=at):
            raise IssuerSuspended
        Bank.objects.filter(pk=bank.pk).update(suspended_by=actor)
        record_security_event(SecurityEventKind.ISSUER_SUSPENDED, at=at, actor_id=actor.pk, about=bank)


def ask_lift(*, maker: User, bank: Bank, reason: str, at: datetime) -> Approval:
    """
    Ask to lift a bank's suspension.

    :raises IssuerNotSuspended: if it is not suspended.
    """
    if bank.issuer_id not in suspended_issuers():
        raise IssuerNotSuspended
    return ask(
        maker=maker,
        action=ApprovalAction.LIFT_SUSPENSION,
        target=Target(kind="branches.bank", id=str(bank.pk), version=_version(bank), name=bank.name),
        payload={},
        reason=reason,
        bank=bank,
        at=at,
    )


def carry_out_lift(*, approval_id: UUID, at: datetime) -> Outcome[None]:
    """Lift the suspension that was approved, once; of a later suspension the approval says nothing."""
    with transaction.atomic():
        return redeem(
            approval_id=approval_id,
            action=ApprovalAction.LIFT_SUSPENSION,
            version=lambda approval: _version(approval.bank),
            act=partial(_lift, at=at),
            at=at,
        )


def _version(bank: Bank) -> str:
    since = suspended_issuers().get(bank.issuer_id)
    return fingerprint("suspension", since and since.timestamp())


def _lift(approval: Approval, *, at: datetime) -> Outcome[None]:
    if not lift_suspension(issuer=approval.bank.issuer_id, at=at):
        return Refused(IssuerNotSuspended())
    return Done(None)
