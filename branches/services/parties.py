"""The alliance and what it is made of: banks, branches, neighborhoods."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from branches.models import Alliance, Bank, Branch, Neighborhood
from core.errors import DomainError, ErrorKind
from identity.models import User
from points.parties import add_terms, open_issuer


class CodeTaken(DomainError):
    """A bank, branch or neighborhood of that code is there already."""

    code = "code_taken"
    kind = ErrorKind.CONFLICT
    message = _("The code “%(code)s” is taken. Choose another one.")


def found_alliance(*, actor: User, name: str, fee_bps: int = 50, currency: str = "CNY") -> Alliance:
    """Begin an alliance. `fee_bps` is the fee on points redeemed away from the issuer's own merchants."""
    return Alliance.objects.create(founded_by=actor, name=name, fee_bps=fee_bps, currency=currency)


def admit_bank(
    *,
    actor: User,
    alliance: Alliance,
    code: str,
    name: str,
    months: int,
    grace_days: int,
    starts_on: date,
    at: datetime,
) -> Bank:
    """
    Admit a bank: it becomes an issuer, with its first terms (points expire at the end of the month `months` later).

    :raises CodeTaken: if another bank has the code.
    """
    try:
        with transaction.atomic():
            bank = Bank.objects.create(alliance=alliance, code=code, name=name, admitted_by=actor)
            open_issuer(bank.issuer_id, at=at)
            add_terms(issuer=bank.issuer_id, months=months, grace_days=grace_days, starts_on=starts_on, at=at)
    except IntegrityError:
        raise CodeTaken(code=code) from None
    return bank


def open_branch(*, actor: User, bank: Bank, code: str, name: str) -> Branch:
    """
    Open a branch of a bank.

    :raises CodeTaken: if another branch of the bank has the code.
    """
    try:
        with transaction.atomic():
            return Branch.objects.create(bank=bank, code=code, name=name, opened_by=actor)
    except IntegrityError:
        raise CodeTaken(code=code) from None


def open_neighborhood(*, actor: User, branch: Branch, code: str, name: str, name_en: str = "") -> Neighborhood:
    """
    Add a neighborhood to those a branch serves.

    :raises CodeTaken: if another neighborhood of the branch has the code.
    """
    try:
        with transaction.atomic():
            return Neighborhood.objects.create(branch=branch, code=code, name=name, name_en=name_en, opened_by=actor)
    except IntegrityError:
        raise CodeTaken(code=code) from None


def name_neighborhood_in_english(*, actor: User, neighborhood: Neighborhood, name_en: str) -> None:
    """Give the neighborhood another name in English, or none."""
    Neighborhood.objects.filter(pk=neighborhood.pk).update(name_en=name_en, changed_by=actor)
