"""
Which facts of the ledger someone may see, said in the ledger's own words: issuers and merchants.

Who stands behind them is known above: callers pass what their actor works for, and None for everything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from points.models import Posting, Transfer
from points.queries import TransferView, transfers

Ids = Collection[UUID]


def transfers_seen(*, issuers: Ids | None, merchants: Ids) -> QuerySet[Transfer]:
    """Transfers that moved points of these issuers or happened at these merchants; each with `seen_points`."""
    inside = Posting.objects.filter(party_id=OuterRef("party_id"), transfer_id=OuterRef("id"))
    rows = Transfer.objects.all()
    if issuers is not None:
        there = Q(source_id__in=merchants) | Q(target_id__in=merchants)
        rows = rows.filter(Exists(inside.filter(issuer_id__in=issuers)) | Q(counterparty_id__in=merchants))
        inside = inside.filter(Q(issuer_id__in=issuers) | there)
    total = inside.values("transfer_id").annotate(total=Sum("points")).values("total")
    return rows.annotate(seen_points=Subquery(total))


def transfer_seen(*, wallet: UUID, transfer: UUID, issuers: Ids | None, merchants: Ids) -> TransferView:
    """One of these transfers with its postings: all of them at one of the merchants, otherwise those of the issuers."""
    view = transfers([(wallet, transfer)])[transfer]
    if issuers is None or view.merchant_id in merchants:
        return view
    return replace(view, postings=tuple(posting for posting in view.postings if posting.issuer_id in issuers))
