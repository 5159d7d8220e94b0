"""
Double spending over HTTP: ten attempts for each point that is there, all of one wallet, at eight tills at once.

Each attempt is a code of its own, as if the resident had thousands of phones, since a phone's code is taken once in a
quarter of a minute. Exactly as many attempts succeed as there are points; all others are told that points are missing.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from core.clock import now
from merchants.models import Cashier
from points.errors import InsufficientPoints
from points.queries import spendable
from redemptions.models import Redemption
from residents.models import Resident
from tools.bench.load import Request
from tools.bench.phones import Device
from tools.bench.place import Place
from tools.bench.servers import web_server
from tools.bench.tills import REDEEM_PATH, headers_of
from tools.drills.clients import SERVER_ERROR, Client, at_once
from tools.drills.outcome import Outcome
from tools.drills.town import open_town

TILLS: Final = 8
COVER: Final = 1_000
SMALL_COVER: Final = 20
ATTEMPTS_A_POINT: Final = 10
NOT_ENOUGH: Final = (HTTPStatus.CONFLICT.value, InsufficientPoints.code)
Told = tuple[int, str]  # status and code of the refusal


def drill(place: Place, *, small: bool) -> Outcome:
    """Spend what one wallet holds ten times over."""
    cover = SMALL_COVER if small else COVER
    town = open_town("STORM", residents=1, phones_each=cover * ATTEMPTS_A_POINT, tills=TILLS, points=cover)
    tills, phones = town.tills, [phone.device for phone in town.phones]
    resident = Resident.objects.get(wallet_id__in=town.wallets.values())
    with web_server(place.environment) as port:
        headers = [headers_of(till, port=port) for till in tills]
        started = time.monotonic()
        told = at_once([Spender(port, headers[number], phones[number::TILLS]) for number in range(TILLS)])
        seconds = time.monotonic() - started
    return _judge(sum(told, Counter()), tills, resident, cover=cover, attempts=len(phones), seconds=seconds)


class Spender:
    """A till before which phones stand in line, each to pay with one point."""

    def __init__(self, port: int, headers: dict[str, str], phones: Sequence[Device]) -> None:
        self._client, self._headers, self._phones = Client(port), headers, phones

    def __call__(self) -> Counter[Told]:
        """How often which answer came."""
        told: Counter[Told] = Counter()
        for place, phone in enumerate(self._phones):
            body = {"code": phone.code_at(time.time()), "way": "code", "points": 1, "key": f"storm-{place}"}
            answer = self._client.ask(Request(REDEEM_PATH, self._headers, json.dumps(body)))
            told[answer.status, answer.body.get("code", "")] += 1
        self._client.close()
        return told


def _judge(told: Counter[Told], tills: Sequence[Cashier], resident: Resident, *, cover: int, attempts: int, seconds: float) -> Outcome:
    taken, refused = told[HTTPStatus.CREATED.value, ""], told[NOT_ENOUGH]
    kept = Redemption.objects.filter(outlet__in=[till.outlet_id for till in tills]).count()
    left = spendable(resident.wallet_id, at=now())
    errors = sum(times for (status, _code), times in told.items() if status >= SERVER_ERROR)
    wrong = {
        f"{taken} attempts succeeded on cover for {cover}": taken != cover,
        f"{kept} redemptions are kept": kept != cover,
        f"{left} points are left": left != 0,
        f"{errors} server errors": errors != 0,
        f"other answers: {dict(told)}": taken + refused != attempts,
    }
    figures = {"attempts": attempts, "cover": cover, "taken": taken, "refused": refused, "server_errors": errors, "seconds": seconds}
    return Outcome(figures, [words for words, is_so in wrong.items() if is_so])
