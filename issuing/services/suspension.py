"""Suspend a bank as an issuer: its points wait, neither spent nor expired, until two operators lift it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from branches.access import OPERATORS
from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import Done, Outcome, Refused
from decisions.decision import Decision
from decisions.forms import AskForm
from decisions.models import Approval
from decisions.services import Target, ask, fingerprint
from identity.models import User
from issuing.errors import IssuerNotSuspended, IssuerSuspended
from issuing.models import IssuerControl
from points.parties import lift_suspension, suspend_issuer
from points.queries import suspended_issuers


def suspend_bank(*, actor: User, bank: Bank, at: datetime) -> None:
    """
    Let a bank's points wait from now on; one operator is enough.

    :raises IssuerSuspended: if they wait already.
    """
    with transaction.atomic():
        if not suspend_issuer(issuer=bank.issuer_id, at=at):
            raise IssuerSuspended
        IssuerControl.objects.update_or_create(bank=bank, defaults={"suspended_by": actor})
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
        decision=LIFT_SUSPENSION,
        target=Target(kind="branches.bank", id=str(bank.pk), version=_version(bank), name=bank.name),
        payload={},
        reason=reason,
        bank=bank,
        at=at,
    )


def _version(bank: Bank) -> str:
    """Since when: of a later suspension the approval says nothing."""
    since = suspended_issuers().get(bank.issuer_id)
    return fingerprint("suspension", since and since.timestamp())


def _lift(approval: Approval, *, at: datetime) -> Outcome[None]:
    if not lift_suspension(issuer=approval.bank.issuer_id, at=at):
        return Refused(IssuerNotSuspended())
    return Done(None)


LIFT_SUSPENSION = Decision(
    action="lift_suspension",
    label=_("Lift an issuer's suspension"),
    asked_by=OPERATORS,
    decided_by=OPERATORS,
    ask=lambda maker, bank, **body: ask_lift(maker=maker, bank=bank, **body),
    version_of=lambda approval: _version(approval.bank),
    carry_out=_lift,
    form=AskForm,
)
