"""
The answer cut off after the commit: everything is asked through a proxy that lets the request in and the answer vanish.

Then the very same request is sent again, straight. It must be answered as the first time was, and count once.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count, cycle
from typing import Any, Final

from tools.bench.load import Request
from tools.bench.place import Place
from tools.bench.servers import web_server
from tools.bench.tills import REDEEM_PATH, headers_of
from tools.drills.clients import Answer, Client, at_once
from tools.drills.mute_proxy import MuteProxy, mute_proxy
from tools.drills.outcome import Outcome
from tools.drills.tally import Tally
from tools.drills.town import BankSystem, bank_system, events_of, open_town
from tools.drills.visitors import redeem

CUTS: Final = 1_000
SMALL_CUTS: Final = 32
TILLS: Final = 6
SYSTEMS: Final = 2
RESIDENTS: Final = 20
PHONES_EACH: Final = 60
EVENTS_A_BATCH: Final = 5
OUTCOMES: Final = "outcomes"
AGAIN: Final = {"outcome": "duplicate"}  # what a repeated event is told besides what the first was told


def drill(place: Place, *, small: bool) -> Outcome:
    """Cut so many answers off, an eighth of them from each client."""
    each = (SMALL_CUTS if small else CUTS) // (TILLS + SYSTEMS)
    town = open_town("CUT", residents=RESIDENTS, phones_each=PHONES_EACH, tills=TILLS)
    tally, started = Tally(town), time.monotonic()
    with web_server(place.environment) as port, mute_proxy(to=port) as proxy:
        tills = [_Till(tally, _Cut(proxy, port), number, headers_of(till, port=port), each) for number, till in enumerate(town.tills)]
        systems = [_System(tally, _Cut(proxy, port), bank_system(town, port=port, name=f"cut-{number}"), each) for number in range(SYSTEMS)]
        clients: list[_Till | _System] = [*tills, *systems]
        at_once(clients)
    cuts: Counter[str] = sum((one.cut.told for one in clients), Counter())
    figures = {
        "cuts": cuts["cut"],
        "redemptions": len(tally.taken),
        "given_back": cuts["given_back"],
        "events": len(tally.earned),
        "answered_otherwise": cuts["otherwise"],
        "lost_or_doubled": len(tally.differences()),
        "seconds": time.monotonic() - started,
    }
    otherwise = [f"{cuts['otherwise']} repeated requests were answered otherwise"] if cuts["otherwise"] else []
    few = [f"only {cuts['cut']} answers were cut"] if cuts["cut"] < each * len(clients) else []
    return Outcome(figures, [*tally.differences(), *otherwise, *few])


class _Cut:
    """Asks twice: once without getting an answer, once straight."""

    def __init__(self, proxy: MuteProxy, port: int) -> None:
        self._proxy, self._muted, self._straight = proxy, Client(proxy.port), Client(port)
        self.told: Counter[str] = Counter()

    def ask(self, request: Request, *, again: Mapping[str, str] | None = None) -> Answer:
        """The second answer, which must be the first; of events' outcomes, with what `again` says."""
        with suppress(OSError, HTTPException):
            self._muted.ask(request)
            self.told["let through"] += 1
        first = self._proxy.take_answer(request.body)
        self.told["cut"] += first is not None
        answer = self._straight.insist(request)
        if first is None or answer.body != _as_again(first, again or {}):
            self.told["otherwise"] += 1
        return answer


@dataclass(slots=True)
class _Till:
    """Takes points, and gives every second receipt back."""

    tally: Tally
    cut: _Cut
    number: int
    headers: dict[str, str]
    cuts: int

    def __call__(self) -> None:
        outlet, phones = self.tally.town.tills[self.number].outlet_id, cycle(self.tally.town.phones_at(self.number))
        for turn in count():
            if self.cut.told["cut"] >= self.cuts:
                break
            phone, key = next(phones), f"{self.number}-{turn}"
            answer = self.cut.ask(redeem(phone, key=key, headers=self.headers))
            self.tally.redeemed((outlet, key), phone.wallet, answer)
            if turn % 2 and "receipt" in answer.body:
                path = f"{REDEEM_PATH}/{answer.body['receipt']}/undo"
                body = {"left": answer.body["points"], "key": f"undo-{key}", "reason": "drill"}
                undone = self.cut.ask(Request(path, self.headers, json.dumps(body)))
                self.tally.given_back(phone.wallet, undone)
                self.cut.told["given_back"] += 1


@dataclass(slots=True)
class _System:
    """Sends events."""

    tally: Tally
    cut: _Cut
    system: BankSystem
    cuts: int
    numbers: count[int] = field(default_factory=count)

    def __call__(self) -> None:
        self.system.sign_in()
        while self.cut.told["cut"] < self.cuts:
            events = events_of(self.tally.town, name=self.system.name, numbers=self.numbers, amount=EVENTS_A_BATCH)
            answer = self.cut.ask(self.system.request(events), again=AGAIN)
            self.tally.recorded(events, answer.body[OUTCOMES])


def _as_again(first: dict[str, Any], again: Mapping[str, str]) -> dict[str, Any]:
    """The first answer as it must come the second time."""
    if OUTCOMES not in first:
        return first
    return {**first, OUTCOMES: [{**outcome, **again} for outcome in first[OUTCOMES]]}
