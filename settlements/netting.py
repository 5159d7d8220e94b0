"""Multilateral netting: the few payments that settle what many banks owe one another. See docs/adr/0005-multilateral-netting.md."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Party = TypeVar("Party", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Payment(Generic[Party]):
    """What one party pays to another, in minor units."""

    payer: Party
    payee: Party
    amount_minor: int


def payments(positions: Mapping[Party, int]) -> list[Payment[Party]]:
    """
    Bring every position to zero: the largest debtor pays the largest creditor first, equals in the mapping's order.

    Positions are minor units, positive for what a party is owed, and sum to zero. Each payment settles at least one
    party and the last one settles two, so there are at most one fewer than parties with a position.
    """
    assert sum(positions.values()) == 0, "what some are owed, others owe"
    owing = _largest_first({party: -net for party, net in positions.items() if net < 0})
    owed = _largest_first({party: net for party, net in positions.items() if net > 0})
    made: list[Payment[Party]] = []
    while owing:
        payer, debt = owing.popleft()
        payee, credit = owed.popleft()
        amount = min(debt, credit)
        made.append(Payment(payer, payee, amount))
        if debt > amount:
            owing.appendleft((payer, debt - amount))
        if credit > amount:
            owed.appendleft((payee, credit - amount))
    return made


def _largest_first(amounts: Mapping[Party, int]) -> deque[tuple[Party, int]]:
    """Equals keep the mapping's order."""
    return deque(sorted(amounts.items(), key=lambda item: item[1], reverse=True))
