"""What clients were answered, kept beside the system, and compared with the books at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Any, Final
from uuid import UUID

from core.clock import now
from earning.models import Event
from points.queries import spendable
from redemptions.models import Redemption
from tools.drills.clients import Answer
from tools.drills.town import FIRST, PER_MINOR, Town

NOT_ITS_MINUTE: Final = {"code_already_used", "code_expired", "code_clock_ahead"}  # a till that waited long is told so
Key = tuple[int, str]  # a till's outlet and its name for the request


@dataclass(slots=True)
class Tally:
    """What was acknowledged. Several clients write to it at once."""

    town: Town
    taken: dict[Key, tuple[str, int]] = field(default_factory=dict)  # receipt and points
    refused: dict[Key, str] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)  # points of each event
    moved: Counter[UUID] = field(default_factory=Counter)  # what came into each wallet, less what went out
    answers: int = 0  # requests that were answered for good
    wrong: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def redeemed(self, key: Key, wallet: UUID, answer: Answer) -> None:
        """A till was answered."""
        with self._lock:
            self.answers += 1
            if answer.status == HTTPStatus.CREATED:
                self.taken[key] = answer.body["receipt"], answer.body["points"]
                self.moved[wallet] -= answer.body["points"]
            else:
                self.refused[key] = code = str(answer.body.get("code"))
                if code not in NOT_ITS_MINUTE:
                    self.wrong.append(f"a redemption was answered {answer.status} {code}")

    def given_back(self, wallet: UUID, answer: Answer) -> None:
        """A till was answered when it gave a receipt's points back."""
        with self._lock:
            if answer.status == HTTPStatus.CREATED:
                self.moved[wallet] += answer.body["points"]
            else:
                self.wrong.append(f"an undo was answered {answer.status} {answer.body.get('code')}")

    def recorded(self, events: Sequence[Mapping[str, Any]], outcomes: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Events are in: the bank's system was told their outcomes, or a file of them was handed over."""
        with self._lock:
            self.answers += 1
            for place, event in enumerate(events):
                points = event["data"]["amount_minor"] // PER_MINOR
                if outcomes is not None and outcomes[place]["points"] != points:
                    self.wrong.append(f"event {event['id']} earns {points} points, and was answered {outcomes[place]['points']}")
                self.earned[event["id"]] = points
                self.moved[self.town.wallets[event["subject"]]] += points

    def differences(self) -> list[str]:
        """Everything in which the answers and the books differ."""
        outlets = [till.outlet_id for till in self.town.tills]
        kept = {(one.outlet_id, one.key): (one.receipt, one.points) for one in Redemption.objects.filter(outlet__in=outlets)}
        events = set(Event.objects.filter(bank=self.town.bank).exclude(event_id__startswith=FIRST).values_list("event_id", flat=True))
        found = {
            "redemptions acknowledged and lost": len(self.taken.keys() - kept.keys()),
            "redemptions kept that nobody was told of": len(kept.keys() - self.taken.keys()),
            "redemptions kept otherwise than told": sum(kept[key] != told for key, told in self.taken.items() if key in kept),
            "events acknowledged and lost": len(self.earned.keys() - events),
            "events kept that nobody was told of": len(events - self.earned.keys()),
            "wallets that hold other than was told": self._wallets_off(),
        }
        return [*self.wrong, *(f"{number} {words}" for words, number in found.items() if number)]

    def _wallets_off(self) -> int:
        """Each wallet counts: a movement lost or doubled shows in its balance."""
        at = now()
        return sum(spendable(wallet, at=at) != self.town.points + self.moved[wallet] for wallet in self.town.wallets.values())
