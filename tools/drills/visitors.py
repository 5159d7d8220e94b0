"""Tills and banks' systems at work until they are told to stop, each writing down what it was answered."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Final

from tools.bench.load import Request
from tools.bench.tills import REDEEM_PATH, headers_of
from tools.drills.clients import Client
from tools.drills.tally import Tally
from tools.drills.town import BankSystem, Phone, bank_system, events_of

POINTS_AT_MOST: Final = 3
EVENTS_A_BATCH: Final = 10


@dataclass(slots=True)
class TillAtWork:
    """Takes points from one phone after another."""

    tally: Tally
    client: Client
    number: int
    headers: dict[str, str]
    stopping: threading.Event

    def __call__(self) -> None:
        """Work until told to stop."""
        outlet = self.tally.town.tills[self.number].outlet_id
        for turn, phone in enumerate(cycle(self.tally.town.phones_at(self.number))):
            if self.stopping.is_set():
                break
            key = f"{self.number}-{turn}"
            self.tally.redeemed((outlet, key), phone.wallet, self.client.insist(redeem(phone, key=key, headers=self.headers)))
        self.client.close()


@dataclass(slots=True)
class SystemAtWork:
    """Sends one batch of events after another."""

    tally: Tally
    system: BankSystem
    stopping: threading.Event
    numbers: count[int] = field(default_factory=count)

    @property
    def client(self) -> Client:
        """Who asks."""
        return self.system.client

    def __call__(self) -> None:
        """Work until told to stop."""
        while not self.stopping.is_set():
            events = events_of(self.tally.town, name=self.system.name, numbers=self.numbers, amount=EVENTS_A_BATCH)
            self.tally.recorded(events, self.system.send(events))
        self.client.close()


def at_work(tally: Tally, stopping: threading.Event, *, port: int, systems: int) -> list[TillAtWork | SystemAtWork]:
    """One client for each till of the town, and so many of the bank's."""
    town = tally.town
    tills = [TillAtWork(tally, Client(port), number, headers_of(till, port=port), stopping) for number, till in enumerate(town.tills)]
    return [*tills, *(SystemAtWork(tally, bank_system(town, port=port, name=f"system-{number}"), stopping) for number in range(systems))]


def redeem(phone: Phone, *, key: str, headers: dict[str, str]) -> Request:
    """Take a few points by the code that the phone shows now."""
    body = {"code": phone.device.code_at(time.time()), "way": "code", "points": random.randint(1, POINTS_AT_MOST), "key": key}
    return Request(REDEEM_PATH, headers, json.dumps(body))
