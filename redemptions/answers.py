"""What a key was answered, said again."""

from __future__ import annotations

from typing import Final

from core.errors import DomainError, Done, Outcome, Refused
from points.errors import REFUSALS, IdempotencyKeyReused
from redemptions.errors import CheckoutClosed, CheckoutExpired
from redemptions.functions import Answer, answer_of
from redemptions.models import Redemption, RefusedRedemption
from residents.cooling import CoolDown

KEPT: Final[dict[str, type[DomainError]]] = {
    CheckoutClosed.code: CheckoutClosed,
    CheckoutExpired.code: CheckoutExpired,
    CoolDown.code: CoolDown,
    **{error.code: error for error in REFUSALS.values()},
}


def kept_answer(*, outlet_id: int, key: str) -> Outcome[Redemption] | None:
    """What an outlet's key was answered, if it was."""
    answer = answer_of(outlet_id=outlet_id, key=key)
    return answer_again(answer) if answer and answer.number is not None else None


def answer_again(answer: Answer, request_hash: bytes | None = None) -> Outcome[Redemption]:
    """The same answer as before; a refusal if the key answered a request with another hash."""
    if request_hash is not None and bytes(answer.request_hash) != request_hash:
        return Refused(IdempotencyKeyReused())
    assert answer.number is not None, "what gave points back was asked for in other words"
    if answer.redeemed:
        return Done(Redemption.objects.select_related("resident", "outlet__merchant", "undo").get(pk=answer.number))
    return Refused(kept_refusal(RefusedRedemption.objects.get(pk=answer.number)))


def kept_refusal(refused: RefusedRedemption) -> DomainError:
    """A refusal as it was said."""
    return KEPT[refused.code](**refused.details)
