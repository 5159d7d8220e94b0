"""What a till asks for, on its way down to the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from merchants.models import Cashier
from redemptions.keys import lock_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Points to redeem at a cashier's outlet, under a key; `hash` is what the till asked for, without times or ids of ours."""

    cashier: Cashier
    points: int
    key: str
    hash: bytes
    at: datetime

    @property
    def lock(self) -> int:
        """The number of the key's advisory lock."""
        return lock_number(outlet_id=self.cashier.outlet_id, key=self.key)
