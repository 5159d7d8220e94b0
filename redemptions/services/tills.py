"""What requests of a till begin with: the cashier still works there, nobody else uses the key just now, the receipt is theirs."""

from __future__ import annotations

from core.errors import DomainError
from core.limits import REASON_TEXT
from core.text import refuse_text
from merchants.models import Cashier
from redemptions.errors import InvalidReason, NoTill
from redemptions.keys import lock_of
from redemptions.models import Redemption


def lock_key(*, cashier: Cashier, key: str) -> DomainError | None:
    """Lock the key until the transaction ends; the refusal, if the cashier or the outlet no longer works."""
    working = Cashier.objects.filter(pk=cashier.pk, dismissed_at__isnull=True, outlet__closed_at__isnull=True)
    locked = working.annotate(lock=lock_of(outlet_id=cashier.outlet_id, key=key)).values_list("lock")
    return None if list(locked) else NoTill()


def lock_redemption(*, cashier: Cashier, number: int) -> Redemption | None:
    """The redemption of that number at the cashier's outlet with what its receipt names, locked; none if there is no such."""
    made_here = Redemption.objects.select_related("resident", "outlet__merchant").filter(outlet_id=cashier.outlet_id)
    return made_here.select_for_update(of=("self",), no_key=True).filter(pk=number).first()


def read_reason(text: str) -> str:
    """
    Why something is given back, as it is kept.

    :raises InvalidReason: if nothing is said, or too much.
    :raises CharacterRefused: if a character of it is no text.
    """
    reason = text.strip()
    if not 0 < len(reason) <= REASON_TEXT:
        raise InvalidReason(most=REASON_TEXT)
    refuse_text(reason, field="reason")
    return reason
