"""The loop, played in a terminal: a bill is paid, points come, a code is shown, points are spent, the books know."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TextIO

from django.core.management.base import OutputWrapper

from community.demo.visitors import InProcess, OverTheNetwork, Visitor
from community.local.terminal import drawn
from core.clock import alliance_day, now
from core.money import major
from identity.demo import DEMO_PASSWORD
from identity.services import system_actor
from merchants.models import Cashier
from merchants.queries import made_up_tills
from openapi.scopes import EVENTS_WRITE
from openapi.services import end_client, make_client
from points.log.sealing import seal_all
from points.queries import TransferView, history, spendable
from redemptions.rotating_code import make_code
from residents.models import BankLink
from residents.queries import customer_of, made_up_residents
from settlements.queries import lines_of, statements_of_merchant

BILL_MINOR: Final = 24520
PRICE: Final = 680  # a breakfast for two
SEALED_WITHIN_SECONDS: Final = 10
LINES_SHOWN: Final = 5


@dataclass(slots=True)
class Play:
    """Who plays, where, and how it is told. Without a site everything happens in this process."""

    link: BankLink
    till: Cashier
    out: TextIO | OutputWrapper
    pause: Callable[[], None]
    site: str = ""
    step: int = field(default=0, init=False)

    def visitor(self) -> Visitor:
        """Someone new with no cookies yet."""
        return OverTheNetwork(self.site) if self.site else InProcess()

    def tell(self, title: str, *lines: str) -> None:
        """One step: what happens, and what came of it."""
        if self.step:
            self.pause()
        self.step += 1
        self.out.write("\n".join([f"\n{self.step}. {title}", *(f"   {line}" for line in lines), ""]))
        self.out.flush()

    def address(self, path: str) -> str:
        """Where to look."""
        return f"{self.site}{path}" if self.site else f"{path}  (once `make run` runs)"


def players() -> tuple[BankLink, Cashier] | None:
    """A resident whose bank's bills earn points, and a till; None where the demo made nobody up."""
    links, tills = made_up_residents(limit=1), made_up_tills(limit=1)
    return (links[0], tills[0]) if links and tills else None


def play(scene: Play) -> None:
    """Play the loop once."""
    _pay_a_bill(scene)
    visitor = scene.visitor()
    code, held = _show_a_code(scene, visitor)
    if not held:
        scene.tell("Nothing is left to spend, and the day's cap is reached. Play again tomorrow, or sign in as someone else.")
        return
    receipt = _take_points(scene, code, min(PRICE, held))
    visitor.post("/sign-out/", {})  # its session and its codes end with it
    _seal(scene)
    _state(scene, receipt)
    _say_where_to_go_on(scene)


def _pay_a_bill(scene: Play) -> None:
    """The bank's own system tells of a bill, with a key of its own."""
    bank = scene.link.bank
    made = make_client(actor=system_actor(), at=now(), bank=bank, name="The bill payer of the demo", scopes=[EVENTS_WRITE])
    system = scene.visitor()
    try:
        asked = {"grant_type": "client_credentials", "client_id": made.client.client_id, "client_secret": made.secret}
        token = json.loads(system.post("/api/oauth/token", asked))["access_token"]
        outcome = system.post_json("/api/v1/events", _bill(scene.link, at=now()), token=str(token))["outcomes"][0]
    finally:
        end_client(actor=system_actor(), client=made.client, at=now())
    why = [f"“{reason['en']}”" for reason in outcome["why"]] + [f"“{reason['zh']}”" for reason in outcome["why"]]
    scene.tell(
        f"{scene.link.resident.name} pays a bill of {major(BILL_MINOR)} yuan, and {bank.name} tells of it: POST /api/v1/events",
        f"The answer: {outcome['outcome']}, {outcome['points']} points.",
        *why,
    )


def _bill(link: BankLink, *, at: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"played-{secrets.token_hex(8)}",
        "source": "urn:demo:core",
        "type": "bill.paid",
        "subject": customer_of(link=link),
        "time": at.isoformat(),
        "data": {"amount_minor": BILL_MINOR, "currency": "CNY", "category": "power"},
    }


def _show_a_code(scene: Play, visitor: Visitor) -> tuple[str, int]:
    """The resident signs in and the phone makes a code; returns it with what may be spent."""
    _sign_in(visitor, user_id=scene.link.resident.user_id)
    enrolled = visitor.post_json("/resident/devices", {})
    code = make_code(key=bytes.fromhex(enrolled["key"]), handle=int(enrolled["handle"]), at=now())
    held = spendable(scene.link.resident.wallet_id, at=now())
    scene.tell(
        f"{scene.link.resident.name} can spend {held:,} points now, and the phone shows this code: {scene.address('/code/')}",
        *drawn(code, on_terminal=scene.out.isatty(), sturdy=True).split("\n"),
        f"{code} (changes every 15 seconds, good for 60, used once)",
    )
    return code, held


def _take_points(scene: Play, code: str, points: int) -> dict[str, Any]:
    till = scene.visitor()
    _sign_in(till, user_id=scene.till.user_id)
    key = secrets.token_hex(8)
    checkout = till.post_json("/merchant/checkouts", {"code": code, "way": "code", "key": f"scan-{key}"})
    receipt = till.post_json("/merchant/redemptions", {"checkout": checkout["checkout"], "points": points, "key": f"take-{key}"})
    scene.tell(
        f"{scene.till.outlet.name} scans it, sees “{checkout['name']}”, and takes {points} points: green.",
        f"Receipt {receipt['receipt']}, {major(points)} yuan: {scene.address('/merchant/receipts/' + receipt['receipt'] + '/')}",
    )
    till.post("/sign-out/", {})
    return receipt


def _seal(scene: Play) -> None:
    """Wait for the sealer; where none runs, seal."""
    transfer = _latest(scene)
    deadline = time.monotonic() + SEALED_WITHIN_SECONDS
    while scene.site and transfer.number is None and time.monotonic() < deadline:
        time.sleep(0.2)
        transfer = _latest(scene)
    if transfer.number is None:
        seal_all()
        transfer = _latest(scene)
    parts = ", ".join(f"{posting.points} good until {posting.expires_on}" for posting in transfer.postings)
    scene.tell(
        f"The sealer gives the transfer its number in the ledger, {transfer.number:,}, and a leaf in the log.",
        f"The soonest to expire went first: {parts}.",
        f"The resident sees why, where and proof: {scene.address(f'/history/{transfer.id}/')}",
    )


def _latest(scene: Play) -> TransferView:
    return history(scene.link.resident.wallet_id, limit=1)[0]


def _state(scene: Play, receipt: dict[str, Any]) -> None:
    """The newest closed day of the merchant, to the cent; today's receipt comes on the next one."""
    merchant = scene.till.outlet.merchant
    lines = [f"Receipt {receipt['receipt']} is a line of the statement of {alliance_day(now())}, which is written after midnight."]
    newest = statements_of_merchant(merchant_id=merchant.pk, limit=1)
    for statement in newest:
        paid = f"{statement.acquirer.name} pays {merchant.name} {major(statement.payable_minor)} yuan for {statement.points:,} points."
        lines += [f"The newest one, of {statement.day_id}: {paid}"]
        found = lines_of(statement=statement)[: LINES_SHOWN + 1]
        lines += [f"  No. {line.number:,}: {line.points:,} points, {major(line.amount_minor)} yuan" for line in found[:LINES_SHOWN]]
        lines += ["  and so on"] if len(found) > LINES_SHOWN else []
        lines += [scene.address(f"/merchant/statements/{statement.pk}/")]
    scene.tell(f"Every morning {merchant.name} has a statement that explains every cent.", *lines)


def _say_where_to_go_on(scene: Play) -> None:
    scene.tell(
        "Now you: one tap signs you in as any of them.",
        f"Phone and till: {scene.address('/sign-in/')}",
        f"The desk: {scene.address('/admin/')}  as operator, password {DEMO_PASSWORD}",
    )
    if scene.site:
        scene.out.write(drawn(f"{scene.site}/sign-in/", on_terminal=scene.out.isatty()) + "\n")


def _sign_in(visitor: Visitor, *, user_id: int | None) -> None:
    """With the one tap that the sign-in page of an embedded system offers."""
    visitor.get("/sign-in/")
    visitor.post("/sign-in/demo/", {"who": str(user_id)})
