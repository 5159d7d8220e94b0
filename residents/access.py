"""
What an actor may see of residents.

Staff see the links of their own bank: of the whole bank, or of their branch and those given to no branch yet. A
resident is seen through such a link, and of the resident only that link and that bank's points. Residents see themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from branches.access import Scope, one, scope_of
from branches.models import Bank
from core.errors import NotFound
from core.limits import PAGE_SIZE
from identity.models import User
from identity.phones import PhoneNotValid, normal_phone, phone_hash
from points.queries import LotView, TransferView, history, lots
from residents.models import BankLink, Resident
from residents.queries import customer_hash, wallets_of


def links_for(*, actor: User) -> QuerySet[BankLink]:
    """Links at the actor's places."""
    scope = scope_of(user=actor)
    return BankLink.objects.all() if scope.everywhere else BankLink.objects.filter(_own_links(scope))


def residents_for(*, actor: User) -> QuerySet[Resident]:
    """Residents with such a link."""
    if scope_of(user=actor).everywhere:
        return Resident.objects.all()
    return Resident.objects.filter(pk__in=links_for(actor=actor).values("resident"))


def residents_found(*, actor: User, term: str) -> QuerySet[Resident]:
    """The actor's residents with exactly this customer number or phone, or with this text in their name."""
    banks = Bank.objects.filter(scope_of(user=actor).of_banks(bank="pk", whole=False))
    hashes = [customer_hash(bank_code=code, customer=term) for code in banks.values_list("code", flat=True)]
    match = Q(customer_hash__in=hashes) | Q(resident__name__icontains=term)
    try:
        phone = phone_hash(normal_phone(term))
        match |= Q(phone_hash=phone) | Q(resident__user__phone_hash=phone)
    except PhoneNotValid:
        pass
    return residents_for(actor=actor).filter(pk__in=links_for(actor=actor).filter(match).values("resident"))


def resident_for(*, actor: User, resident_id: UUID) -> Resident:
    """
    The resident of that id, if the actor's bank knows them.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(residents_for(actor=actor).filter(pk=resident_id))


def link_for(*, actor: User, bank_code: str, customer: str) -> BankLink:
    """
    The link of that bank's customer number, if the actor may see it.

    :raises NotFound: otherwise, and when there is none.
    """
    found = customer_hash(bank_code=bank_code, customer=customer)
    return one(links_for(actor=actor).filter(bank__code=bank_code, customer_hash=found).select_related("bank"))


def lots_for(*, actor: User, resident: Resident) -> list[LotView]:
    """
    The resident's points that the actor may see: those of the actor's own bank, or all for the alliance's staff.

    :raises NotFound: if the actor may not see the resident.
    """
    return lots(resident.wallet_id, issuers=_issuers_seen(actor, resident))


def history_for(*, actor: User, resident: Resident, merchants: Collection[UUID] = (), limit: int = PAGE_SIZE) -> list[TransferView]:
    """
    What moved the resident's points, as far as the actor may see it; all of it for the alliance's staff.

    That is: of the actor's own bank's points, and whatever happened at `merchants` (ledger parties that the caller
    knows to be the actor's).

    :raises NotFound: if the actor may not see the resident.
    """
    issuers = _issuers_seen(actor, resident)
    return history(*wallets_of(resident=resident), issuers=issuers, merchants=merchants, limit=limit)


def _issuers_seen(actor: User, resident: Resident) -> Collection[UUID] | None:
    """
    Whose points of the resident the actor may see, None for all: of the banks whose links to the resident they see.

    :raises NotFound: if there is no such link.
    """
    if scope_of(user=actor).everywhere:
        return None
    issuers = list(links_for(actor=actor).filter(resident=resident).values_list("bank__issuer_id", flat=True))
    if not issuers:
        raise NotFound
    return issuers


def resident_of(*, user: User) -> Resident:
    """
    The resident the user is.

    :raises NotFound: if the user is none (yet).
    """
    resident = Resident.objects.filter(user=user).first()
    if resident is None:
        raise NotFound
    return resident


def wallets_of_user(*, user: User) -> list[UUID]:
    """
    The wallet of the resident the user is, and those merged into it; one query.

    :raises NotFound: if the user is none (yet).
    """
    wallets = list(Resident.objects.filter(Q(user=user) | Q(successor__user=user)).values_list("wallet_id", flat=True))
    if not wallets:
        raise NotFound
    return wallets


def _own_links(scope: Scope) -> Q:
    unassigned = Q(bank__in=scope.branch_banks, branch__isnull=True)
    return Q(bank__in=scope.whole_banks) | Q(branch__in=scope.branches) | unassigned
