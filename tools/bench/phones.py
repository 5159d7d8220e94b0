"""A resident's phone and a cashier's phone, as they speak to the product: by its pages and JSON alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Any, Final

from tools.bench.browser import Browser

STEP_SECONDS: Final = 15
SCHEME: Final = "71"
CODE: Final = re.compile(r"(?<![\d+])\d{6}(?!\d)")
TAG: Final = re.compile(r"<[^>]*>")
MESSAGE: Final = "<li"
WAIT_SECONDS: Final = 10
# The quasigroup of order 10 in H. Michael Damm's thesis (2004)
DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


@dataclass(frozen=True, slots=True)
class Device:
    """What a phone keeps after it was enrolled."""

    handle: str
    key: bytes

    def code_at(self, seconds: float) -> str:
        """The 27 digits it shows at a moment: scheme, handle, step, MAC, check digit."""
        step = int(seconds) // STEP_SECONDS
        message = b"cfpc1" + int(self.handle).to_bytes(8, "big") + step.to_bytes(8, "big")
        mac = int.from_bytes(hmac.digest(self.key, message, hashlib.sha256)[:8], "big") % 10**10
        body = f"{SCHEME}{self.handle}{step % 100_000:05d}{mac:010d}"
        return body + _check_digit(body)


def sign_in(browser: Browser, phone: str) -> None:
    """Ask for a code by phone, read it at the inbox, type it."""
    browser.get("/sign-in/")
    browser.post_form("/sign-in/", {"phone": phone})
    code = _code_sent_to(browser, phone)
    browser.get("/sign-in/code/")
    browser.post_form("/sign-in/code/", {"code": code})


def become_resident(browser: Browser, *, bank: str, customer: str, code: str) -> Device:
    """Checkout a customer number, then let this phone show codes."""
    browser.post_json("/resident/links", {"bank": bank, "customer": customer, "code": code})
    enrolled = browser.post_json("/resident/devices", {})
    return Device(handle=enrolled["handle"], key=bytes.fromhex(enrolled["key"]))


def take_points(till: Browser, *, shown: str, share: int, key: str) -> dict[str, Any]:
    """Scan a code, take one `share`-th of what may be spent (one point at least), and return the receipt."""
    checkout = till.post_json("/merchant/checkouts", {"code": shown, "way": "code", "key": f"scan-{key}"})
    points = max(checkout["spendable"] // share, 1)
    receipt: dict[str, Any] = till.post_json(
        "/merchant/redemptions", {"checkout": checkout["checkout"], "points": points, "key": f"take-{key}"}
    )
    return receipt


def _code_sent_to(browser: Browser, phone: str) -> str:
    """The newest code that the inbox shows for a phone."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        for message in browser.get("/dev/inbox/").split(MESSAGE)[1:]:
            words = TAG.sub(" ", message)
            found = CODE.search(words) if phone in words else None
            if found is not None:
                return found[0]
        time.sleep(0.1)
    raise TimeoutError("no code came")


def _check_digit(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = DAMM[int(interim)][int(digit)]
    return interim
