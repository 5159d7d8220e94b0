"""Named reads of merchants."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from core.bilingual import read_name
from core.partial import from_columns
from identity.models import User
from merchants.models import Cashier, Merchant, Outlet

WORKING_TILL: Final = """
    select cashier_id, user_id, outlet_id, appointed_at, null,
        outlet_id, merchant_id, neighborhood_id, outlet_name, outlet_name_en, picture, opened_at, null,
        merchant_id, merchant_name, merchant_name_en, acquirer_id, party_id, enrolled_at,
        user_id, password, session_epoch, is_active, is_made_up
    from merchants_working_till(%s, %s)"""
CASHIER: Final = ("id", "user_id", "outlet_id", "appointed_at", "dismissed_at")
OUTLET: Final = ("id", "merchant_id", "neighborhood_id", "name", "name_en", "picture", "opened_at", "closed_at")
MERCHANT: Final = ("id", "name", "name_en", "acquirer_id", "party_id", "enrolled_at")
USER: Final = ("id", "password", "session_epoch", "is_active", "is_made_up")


def tills_of(*, user_id: int) -> QuerySet[Cashier]:
    """Where a user stands now as a cashier, at outlets that are open."""
    open_tills = Cashier.objects.filter(user_id=user_id, dismissed_at__isnull=True, outlet__closed_at__isnull=True)
    return open_tills.select_related("outlet__merchant")


def made_up_tills(*, limit: int) -> list[Cashier]:
    """Cashiers whom the demo made up, each person once, with the outlet where they stood first; `outlets` counts theirs."""
    tills = Cashier.objects.filter(user__is_made_up=True, user__is_active=True, dismissed_at__isnull=True, outlet__closed_at__isnull=True)
    first = tills.order_by("user_id", "pk").distinct("user_id").values("pk")
    each_once = tills.filter(pk__in=first).annotate(outlets=Count("user__tills"))
    return list(each_once.select_related("user", "outlet").order_by("pk")[:limit])


def merchant_names(*, parties: Collection[UUID]) -> dict[UUID, str]:
    """The names of the merchants behind the ledger's parties, as the reader reads them; one query."""
    return {
        found.party_id: found.display_name for found in Merchant.objects.filter(party_id__in=parties).only("party_id", "name", "name_en")
    }


def outlets_near(*, neighborhood_id: int | None, branch_ids: Collection[int]) -> QuerySet[Outlet]:
    """Open outlets of a neighborhood, and of those that these branches serve, by name as the reader reads it."""
    near = (
        Q(neighborhood__branch__in=branch_ids)
        if neighborhood_id is None
        else Q(neighborhood=neighborhood_id) | Q(neighborhood__branch__in=branch_ids)
    )
    return Outlet.objects.filter(near, closed_at__isnull=True).select_related("merchant", "neighborhood").order_by(read_name(), "pk")


def outlets_open(*, limit: int) -> list[Outlet]:
    """Open outlets, those that opened last first: for whoever lives nowhere that is known yet."""
    return list(
        Outlet.objects.filter(closed_at__isnull=True).select_related("merchant", "neighborhood").order_by("-opened_at", "-pk")[:limit]
    )


def working_till(*, user_id: int, outlet_id: int | None = None) -> Cashier | None:
    """
    Where the user stands now: at that outlet, or at the one they came to first. One query.

    The cashier comes with outlet and merchant, and with as much of the user as a session is checked by.
    """
    with connection.cursor() as cursor:
        cursor.execute(WORKING_TILL, [user_id, outlet_id])
        row = cursor.fetchone()
    if row is None:
        return None
    outlet_from, merchant_from = len(CASHIER), len(CASHIER) + len(OUTLET)
    user_from = merchant_from + len(MERCHANT)
    merchant = from_columns(Merchant, MERCHANT, row[merchant_from:user_from])
    outlet = from_columns(Outlet, OUTLET, row[outlet_from:merchant_from], merchant=merchant)
    user = from_columns(User, USER, row[user_from:])
    return from_columns(Cashier, CASHIER, row[:outlet_from], outlet=outlet, user=user)
