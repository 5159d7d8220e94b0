"""A bank's terms: a new version begins on a later day, by two people; points earned before keep the version they came with."""

from __future__ import annotations

from datetime import date, datetime

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSingleDateWidget

from branches.access import BANK_MANAGERS
from branches.models import Bank
from core.clock import alliance_day
from core.errors import Done, Outcome, Refused
from core.forms import WholeNumberField
from core.limits import TERMS_GRACE_DAYS, TERMS_MONTHS
from decisions.decision import Decision
from decisions.forms import AskForm
from decisions.models import Approval
from decisions.services import Target, ask, fingerprint
from identity.models import User
from points.errors import TermsReachBack
from points.parties import add_terms
from points.queries import terms_of_issuer


class TermsForm(AskForm):
    """A version of a bank's terms, and its first day."""

    months = WholeNumberField(
        label=_("Points expire after this many months"), min_value=1, max_value=TERMS_MONTHS, widget=UnfoldAdminIntegerFieldWidget()
    )
    grace_days = WholeNumberField(
        label=_("Days of grace for points given back"), min_value=0, max_value=TERMS_GRACE_DAYS, widget=UnfoldAdminIntegerFieldWidget()
    )
    starts_on = forms.DateField(label=_("first day"), widget=UnfoldAdminSingleDateWidget())
    field_order = ("months", "grace_days", "starts_on", "reason")


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
        decision=TERMS,
        target=Target(kind="branches.bank", id=str(bank.pk), version=_version(bank), name=bank.name),
        payload={"months": months, "grace_days": grace_days, "starts_on": starts_on.isoformat()},
        reason=reason,
        bank=bank,
        at=at,
    )


def _version(bank: Bank) -> str:
    return fingerprint("terms", *sorted(version.id for version in terms_of_issuer(bank.issuer_id)))


def _add(approval: Approval, *, at: datetime) -> Outcome[int]:
    """The id of the new version, or why not: its first day may have passed meanwhile."""
    payload = approval.payload
    try:
        added = add_terms(
            issuer=approval.bank.issuer_id,
            months=int(payload["months"]),
            grace_days=int(payload["grace_days"]),
            starts_on=date.fromisoformat(str(payload["starts_on"])),
            at=at,
        )
    except TermsReachBack as refusal:
        return Refused(refusal)
    return Done(added)


TERMS = Decision(
    action="terms",
    label=_("Set new terms"),
    asked_by=BANK_MANAGERS,
    decided_by=BANK_MANAGERS,
    ask=lambda maker, bank, **body: ask_terms(maker=maker, bank=bank, **body),
    version_of=lambda approval: _version(approval.bank),
    carry_out=_add,
    form=TermsForm,
    labels={"months": _("months until expiry"), "grace_days": _("days of grace")},
)
