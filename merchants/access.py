"""
What an actor may see of merchants.

Bank staff see merchants their bank acquires; branch staff of these the ones with an outlet in their neighborhoods, or
with none yet. A cashier sees the outlet of their till.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q, QuerySet

from branches.access import one, scope_of
from identity.models import User
from merchants.models import Cashier, Merchant, Outlet
from merchants.queries import tills_of


def merchants_for(*, actor: User) -> QuerySet[Merchant]:
    """Merchants at the actor's places."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return Merchant.objects.all()
    # the branch's own bank pays: somebody of a branch of each of two banks sees no merchant of the one at the other's branch
    here = Q(outlets__neighborhood__branch__in=scope.branches, acquirer=F("outlets__neighborhood__branch__bank"))
    of_branch = here | Q(acquirer__in=scope.branch_banks, outlets__isnull=True)
    # a subquery, not a join: a merchant with two outlets is still one row
    seen = Merchant.objects.filter(Q(acquirer__in=scope.whole_banks) | of_branch).values("pk")
    return Merchant.objects.filter(pk__in=seen)


def outlets_for(*, actor: User) -> QuerySet[Outlet]:
    """Outlets at the actor's places, of merchants their bank acquires."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return Outlet.objects.all()
    whole = Q(merchant__acquirer__in=scope.whole_banks)
    here = Q(neighborhood__branch__in=scope.branches, merchant__acquirer=F("neighborhood__branch__bank"))
    return Outlet.objects.filter(whole | here)


def cashiers_for(*, actor: User) -> QuerySet[Cashier]:
    """Cashiers of those outlets, dismissed ones too."""
    return Cashier.objects.filter(outlet__in=outlets_for(actor=actor))


def merchant_for(*, actor: User, merchant_id: UUID) -> Merchant:
    """
    The merchant of that id, if the actor works for its acquirer.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(merchants_for(actor=actor).filter(pk=merchant_id))


def till_for(*, actor: User, outlet_id: int | None = None) -> Cashier:
    """
    The till the actor stands at: at that outlet, or their first one when none is named.

    :raises NotFound: if the actor is no cashier there (any more).
    """
    tills = tills_of(user_id=actor.pk).select_related("user").order_by("appointed_at", "pk")
    return one(tills if outlet_id is None else tills.filter(outlet_id=outlet_id))
