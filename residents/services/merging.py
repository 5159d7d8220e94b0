"""
Two residents turn out to be one person: the wallet a bank made joins the wallet the person has.

The bank's row stays behind, merged and without links, and so does its wallet, closed: what happened there can still be
told. Row locks are taken in one order: user, links, residents, wallets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.errors import DomainError, ErrorKind
from core.outbox.services import publish
from points.errors import WalletFrozen
from points.posting import merge
from points.queries import is_frozen
from residents.models import BankLink, Resident


class BankLinkedAlready(DomainError):
    """The person is a customer of that bank already, under another number."""

    code = "bank_linked_already"
    kind = ErrorKind.CONFLICT
    message = _(
        "You are linked with %(bank)s already, by another customer number, and one bank can be linked once. Both numbers "
        "keep earning; ask your branch to make one of them."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentsMerged:
    """One resident became part of another: the same person. Ids as text."""

    topic: ClassVar[str] = "residents.merged"
    resident: str
    into: str


def merge_residents(*, resident: Resident, into: Resident, at: datetime) -> DomainError | None:
    """
    Let an unclaimed resident become part of `into`: points, debts and links; the refusal, if that can't be now.

    In the caller's transaction, which holds the user and the resident's links. Nothing is written when it is refused.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds.
    """
    locked = Resident.objects.select_for_update(no_key=True).in_bulk([resident.pk, into.pk])
    resident, into = locked[resident.pk], locked[into.pk]
    assert resident.user_id is None, "only a resident whom nobody claimed becomes part of another"
    banks = BankLink.objects.filter(resident=resident).values("bank")
    if twice := Bank.objects.filter(pk__in=banks, links__resident=into).first():
        return BankLinkedAlready(bank=twice.name)
    if is_frozen(into.wallet_id):
        return WalletFrozen()
    result = merge(wallet=resident.wallet_id, into=into.wallet_id, key=f"merge:{resident.pk}", at=at)
    if result.refused:
        return result.error
    BankLink.objects.filter(resident=resident).update(resident=into)
    Resident.objects.filter(pk=resident.pk).update(successor=into, merged_at=at)
    _complete(into, resident)
    publish(ResidentsMerged(resident=str(resident.pk), into=str(into.pk)), at=at)
    return None


def _complete(person: Resident, also: Resident) -> None:
    """What is not known of the person yet is taken from the other."""
    name, neighborhood = person.name or also.name, person.neighborhood_id or also.neighborhood_id
    if (name, neighborhood) != (person.name, person.neighborhood_id):
        Resident.objects.filter(pk=person.pk).update(name=name, neighborhood=neighborhood)
