"""Redemptions straight in the ledger, for tests of what a closing makes of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from merchants.models import Cashier
from points.posting import Redeem, post_one
from residents.models import Resident


def redeem(resident: Resident, cashier: Cashier, points: int, *, at: datetime) -> UUID:
    """Let a resident spend points at a till's merchant; the transfer's id."""
    party = cashier.outlet.merchant.party_id
    result = post_one(Redeem(wallet=resident.wallet_id, merchant=party, points=points, key=f"spent-{uuid4()}", effective_at=at), at=at)
    assert result.posted
    assert result.transfer_id
    return result.transfer_id
