"""
What an actor may see of redemptions.

A cashier sees the receipts of the outlet they stand at. Bank staff see what happened at merchants their bank acquires,
and where points of their bank were spent; branch staff the same of their branch's outlets. Residents see their own.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from branches.access import one, scope_of
from branches.models import Bank
from identity.models import User
from merchants.access import outlets_for
from merchants.models import Cashier
from points.queries import moves_points_of
from redemptions.errors import ReceiptNotFound
from redemptions.models import Claim, DeviceCredential, Redemption, Refund, Undo
from redemptions.receipts import read_receipt_number
from residents.access import residents_for
from residents.models import Resident
from residents.queries import all_of


def redemptions_for(*, actor: User) -> QuerySet[Redemption]:
    """Redemptions at the actor's merchants, and those of the points of banks they work for wholly."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return Redemption.objects.all()
    issuers = list(Bank.objects.filter(pk__in=scope.whole_banks).values_list("issuer_id", flat=True))
    here = Q(outlet__in=outlets_for(actor=actor))
    return Redemption.objects.filter(here | Q(moves_points_of(issuers, wallet="wallet_id", transfer="transfer_id")))


def undos_for(*, actor: User) -> QuerySet[Undo]:
    """Undos of those redemptions."""
    return Undo.objects.filter(redemption__in=redemptions_for(actor=actor))


def refunds_for(*, actor: User) -> QuerySet[Refund]:
    """Refunds of those redemptions."""
    return Refund.objects.filter(redemption__in=redemptions_for(actor=actor))


def claims_for(*, actor: User) -> QuerySet[Claim]:
    """Scans at the actor's merchants."""
    if scope_of(user=actor).everywhere:
        return Claim.objects.all()
    return Claim.objects.filter(outlet__in=outlets_for(actor=actor))


def devices_for(*, actor: User) -> QuerySet[DeviceCredential]:
    """Phones of the actor's residents."""
    if scope_of(user=actor).everywhere:
        return DeviceCredential.objects.all()
    return DeviceCredential.objects.filter(resident__in=residents_for(actor=actor))


def redemption_for(*, actor: User, number: int) -> Redemption:
    """
    The redemption of that number, if the actor may see it.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(redemptions_for(actor=actor).filter(pk=number))


def receipt_for(*, cashier: Cashier, receipt: str) -> Redemption:
    """
    The redemption with that receipt, if it was made at the cashier's outlet.

    :raises ReceiptNotFound: otherwise, and when there is none.
    """
    number = read_receipt_number(receipt)
    found = with_parties(Redemption.objects.filter(outlet_id=cashier.outlet_id, pk=number)).first()
    if found is None:
        raise ReceiptNotFound
    return found


def redemptions_of(*, cashier: Cashier) -> QuerySet[Redemption]:
    """Redemptions made at the cashier's outlet, by whichever cashier."""
    return with_parties(Redemption.objects.filter(outlet_id=cashier.outlet_id))


def redemptions_of_wallet(*, wallet: UUID) -> QuerySet[Redemption]:
    """A resident's own redemptions, by their wallet."""
    return with_parties(Redemption.objects.filter(wallet_id=wallet))


def redemptions_of_resident(*, resident: Resident) -> QuerySet[Redemption]:
    """A resident's own redemptions, those of residents merged into them too."""
    return with_parties(Redemption.objects.filter(resident__in=all_of(resident=resident)))


def devices_of(*, resident: Resident) -> QuerySet[DeviceCredential]:
    """A resident's own phones that may show codes."""
    return DeviceCredential.objects.filter(resident=resident, revoked_at__isnull=True)


def with_parties(rows: QuerySet[Redemption]) -> QuerySet[Redemption]:
    """With what a receipt names, in the same query."""
    return rows.select_related("resident", "outlet__merchant", "undo")
