"""A bank with residents who have phones, tills, and the bank's own system: who takes part in drills over HTTP."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction

from branches.models import Bank
from core.clock import now
from core.limits import COOL_DOWN, FILE_CHUNK_ROWS
from core.rows import Row
from earning.events import EventIn
from earning.services import record_events
from identity.services import system_actor
from merchants.models import Cashier
from openapi.scopes import EVENTS_WRITE
from openapi.services import make_client
from redemptions.models import DeviceCredential
from redemptions.rotating_code import HANDLES, device_key
from residents.models import BankLink, Resident
from residents.queries import customer_of
from residents.services import import_residents
from tools.bench.browser import FORM
from tools.bench.load import Request
from tools.bench.phones import Device
from tools.bench.tills import open_tills
from tools.bench.world import make_bank, per_amount_rule
from tools.drills.clients import Client

EVENTS_PATH: Final = "/api/v1/events"
TOKEN_PATH: Final = "/api/oauth/token"  # noqa: S105  an address
EVENT_TYPE: Final = "bill.paid"
PER_MINOR: Final = 1_000
POINTS: Final = 100_000
FIRST: Final = "first-"  # begins the ids of the events that gave them
UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class Phone:
    """A device that shows codes, and the wallet they stand for."""

    wallet: UUID
    device: Device


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody, and what each wallet held at the beginning."""

    bank: Bank
    tills: Sequence[Cashier]
    wallets: dict[str, UUID]  # by customer number
    phones: Sequence[Phone]
    points: int = POINTS

    def phones_at(self, till: int) -> list[Phone]:
        """The phones that stand in line before one till and no other, so that no code is shown twice."""
        return list(self.phones[till :: len(self.tills)])


@dataclass(slots=True)
class BankSystem:
    """The bank's own system: sends events with a token that it gets again when it has run out."""

    town: Town
    client: Client
    client_id: str
    client_secret: str
    name: str
    _token: str = ""

    def send(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        """Send a batch until every event of it has an outcome that is no busy ledger."""
        while True:
            answer = self.client.insist(self.request(events))
            if answer.status == UNAUTHORIZED:
                self._token = self._new_token()
                continue
            outcomes: list[dict[str, object]] = answer.body["outcomes"]
            if not any("problem" in outcome for outcome in outcomes):
                return outcomes
            codes = {outcome["problem"]["code"] for outcome in outcomes if "problem" in outcome}  # type: ignore[index]
            assert codes == {"ledger_busy"}, f"events were refused: {codes}"

    def request(self, events: Sequence[dict[str, object]]) -> Request:
        """The batch as it is sent."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/cloudevents-batch+json"}
        return Request(EVENTS_PATH, headers, json.dumps(events))

    def sign_in(self) -> None:
        """Get a token now."""
        self._token = self._new_token()

    def _new_token(self) -> str:
        fields = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        return str(self.client.insist(Request(TOKEN_PATH, {"Content-Type": FORM}, urlencode(fields))).body["access_token"])


def open_town(code: str, *, residents: int, phones_each: int, tills: int, points: int = POINTS) -> Town:
    """A bank of its own with everything in it. Its only rule gives a point for each full ten yuan, without a cap."""
    bank = make_bank(code)
    per_amount_rule(bank, code="R1", event_type=EVENT_TYPE, points=1, per_minor=PER_MINOR, event_cap=None, day_cap=None)
    people = {f"{code}-{number}": {"branch": f"{code}-1", "name": f"Resident {number}"} for number in range(residents)}
    rows = [Row(line=line, end=line, fields={"customer": number, **fields}) for line, (number, fields) in enumerate(people.items())]
    for start in range(0, residents, FILE_CHUNK_ROWS):
        with transaction.atomic():
            assert not import_residents(bank=bank, rows=rows[start : start + FILE_CHUNK_ROWS], at=now()).problems
    links = list(BankLink.objects.filter(bank=bank).select_related("resident", "bank"))
    wallets = {customer_of(link=link): link.resident.wallet_id for link in links}
    _give_points(bank, list(wallets), points=points)
    phones = phones_of([link.resident for link in links], each=phones_each)
    random.shuffle(phones)
    return Town(bank, open_tills(bank, count=tills), wallets, phones, points)


def bank_system(town: Town, *, port: int, name: str) -> BankSystem:
    """Let one more system of the bank in."""
    made = make_client(actor=system_actor(), at=now(), bank=town.bank, name=name, scopes=[EVENTS_WRITE])
    return BankSystem(town, Client(port), made.client.client_id, made.secret, name)


def events_of(town: Town, *, name: str, numbers: count[int], amount: int) -> list[dict[str, object]]:
    """So many bills paid just now by customers of the bank, each worth one to nine points."""
    customers = list(town.wallets)
    moment = now().isoformat(timespec="seconds")
    return [
        {
            "specversion": "1.0",
            "id": f"{name}-{next(numbers)}",
            "source": "urn:bank:core",
            "type": EVENT_TYPE,
            "subject": random.choice(customers),
            "time": moment,
            "data": {"amount_minor": PER_MINOR * random.randint(1, 9), "currency": "CNY"},
        }
        for _event in range(amount)
    ]


def phones_of(residents: Sequence[Resident], *, each: int) -> list[Phone]:
    """Phones of these residents; the service that lets phones in would stop at five of each."""
    key_id, at = max(settings.CODE_KEYS), now()
    handles: set[int] = set()
    while len(handles) < each * len(residents):
        handles.add(secrets.randbelow(HANDLES))
    owners = [resident for resident in residents for _phone in range(each)]
    devices = DeviceCredential.objects.bulk_create(
        DeviceCredential(resident=owner, handle=handle, key_id=key_id, enrolled_at=at - COOL_DOWN)
        for owner, handle in zip(owners, handles, strict=True)
    )
    master = settings.CODE_KEYS[key_id]
    return [
        Phone(one.resident.wallet_id, Device(f"{one.handle:09d}", device_key(master=master, device=one.pk, version=one.version)))
        for one in devices
    ]


def _give_points(bank: Bank, customers: Sequence[str], *, points: int) -> None:
    """A bill of each, so large that it earns what everybody begins with."""
    at = now()
    bills = [EventIn(f"{FIRST}{customer}", EVENT_TYPE, customer, at, points * PER_MINOR, "CNY") for customer in customers]
    for start in range(0, len(bills), FILE_CHUNK_ROWS):
        outcomes = record_events(bank=bank, events=bills[start : start + FILE_CHUNK_ROWS], at=at, origin="drill")
        assert all(outcome.points == points for outcome in outcomes), "a fresh ledger refuses nothing"
