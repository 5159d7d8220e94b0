"""A bank's terms: a new version begins on a later day, by two people; points earned before keep the version they came with."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from branches.choices import ApprovalAction, Asked
from branches.models import Approval, Bank
from branches.services.approvals import Target, ask, fingerprint, redeem
from core.clock import alliance_day
from core.errors import Done, Outcome, Refused
from identity.models import User
from points.errors import TermsReachBack
from points.parties import add_terms
from points.queries import terms_of_issuer

BANK = "branches.bank"


def ask_terms(*, maker: User, bank: Bank, months: int, grace_days: int, starts_on: date, reason: str, at: datetime) -> Approval:
    """
    Ask for a new version of a bank's terms: points earned from `starts_on` expire at the end of the month `months` later.

    :raises TermsReachBack: if it would start before today, or not after every version that stands.
    """
    stand = terms_of_issuer(bank.issuer_id)
    if starts_on < alliance_day(at) or any(version.starts_on >= starts_on for version in stand):
        raise TermsReachBack
    return ask(
        maker=maker,
        action=ApprovalAction.TERMS,
        target=Target(kind=BANK, id=str(bank.pk), version=_version(bank), name=bank.name),
        payload={Asked.MONTHS: months, Asked.GRACE_DAYS: grace_days, Asked.STARTS_ON: starts_on.isoformat()},
        reason=reason,
        bank=bank,
        at=at,
    )


def carry_out_terms(*, approval_id: UUID, at: datetime) -> Outcome[int]:
    """Add the version that was approved, once; its id, or why not: its first day may have passed meanwhile."""
    with transaction.atomic():
        return redeem(
            approval_id=approval_id,
            action=ApprovalAction.TERMS,
            version=lambda approval: _version(approval.bank),
            act=partial(_add, at=at),
            at=at,
        )


def _version(bank: Bank) -> str:
    return fingerprint("terms", *sorted(version.id for version in terms_of_issuer(bank.issuer_id)))


def _add(approval: Approval, *, at: datetime) -> Outcome[int]:
    asked = approval.payload
    try:
        added = add_terms(
            issuer=approval.bank.issuer_id,
            months=int(asked[Asked.MONTHS]),
            grace_days=int(asked[Asked.GRACE_DAYS]),
            starts_on=date.fromisoformat(str(asked[Asked.STARTS_ON])),
            at=at,
        )
    except TermsReachBack as refusal:
        return Refused(refusal)
    return Done(added)
