"""The till in the states that no address leads to: the amount, green, and red."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from core.clock import now
from core.limits import COOL_DOWN
from identity.models import User
from redemptions.rotating_code import make_code
from redemptions.services import enroll_device
from residents.models import Resident

STATES: Final = ("till-amount", "till-taken", "till-refused")
POINTS: Final = "180"


def walk_till(page: Any, site: str, payer: User, keep: Callable[[str], None]) -> None:
    """Type a code, an amount, take it, and type the same code again; `keep` is called with the name of each state."""
    code = new_code(Resident.objects.get(user=payer), at=now())
    _type_code(page, site, code)
    page.wait_for_function("() => !document.querySelector('[data-state=amount]').hidden")
    for key in POINTS:
        page.locator(f".keypad [data-key='{key}']").click()
    keep(STATES[0])
    page.locator("[data-part=take]").click()
    page.wait_for_function("() => document.getElementById('verdict-done').open")
    keep(STATES[1])
    _type_code(page, site, code)
    page.wait_for_function("() => document.getElementById('verdict-no').open")
    keep(STATES[2])


def new_code(resident: Resident, *, at: datetime) -> str:
    """A code of a new phone that may spend at once: a phone's code is taken once in its fifteen seconds."""
    phone = enroll_device(resident=resident, at=at - COOL_DOWN)
    return make_code(key=phone.key, handle=phone.device.handle, at=at)


def _type_code(page: Any, site: str, code: str) -> None:
    page.goto(f"{site}/merchant/", wait_until="networkidle")
    page.locator("#till[data-ready] [data-do=type]").click()
    page.fill("#digits", code)
    page.locator("#typing [type=submit]").click()
