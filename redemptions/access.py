"""
What an actor may see of redemptions.

A cashier sees the receipts of the outlet they stand at. Bank staff see what happened at merchants their bank acquires,
and where points of their bank were spent; branch staff the same of their branch's outlets. Residents see their own.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from branches.access import one, scope_of
from branches.models import Bank
from identity.models import User
from merchants.access import outlets_for
from points.queries import moves_points_of
from redemptions.models import Checkout, DeviceCredential, Redemption, Refund, Undo
from residents.access import residents_for


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


def checkouts_for(*, actor: User) -> QuerySet[Checkout]:
    """Scans at the actor's merchants."""
    if scope_of(user=actor).everywhere:
        return Checkout.objects.all()
    return Checkout.objects.filter(outlet__in=outlets_for(actor=actor))


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
