"""
The resident's rotating code, scheme 71: 27 digits that carry a device's handle, a quarter of a minute, and a MAC.

Digits 1-2: scheme. 3-11: handle of a device credential. 12-16: step mod 100000. 17-26: MAC. 27: Damm check digit.
Everything here is a pure function of its arguments; a phone that holds the key computes the same without a network.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.limits import CODE_STEP_SECONDS, CODE_STEPS_AHEAD, CODE_STEPS_BACK, CODE_TEXT
from core.numbers import plain_digits
from redemptions.errors import CodeClockAhead, CodeExpired, MistypedCode, NotOurCode

SCHEME = "71"
LENGTH = 27
HANDLES = 10**9
STEPS = 10**5
MACS = 10**10

# The totally anti-symmetric quasigroup of order 10 in H. Michael Damm's thesis (2004): it shows every changed digit
# and every swap of neighbors.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True)
class Code:
    """What the digits of a code say; nothing of it is proven before `is_signed_by`."""

    handle: int
    step_digits: int
    mac: int

    def step_near(self, at: datetime) -> int:
        """The full step: of all that end in these five digits, the one nearest to the moment."""
        now = step_at(at)
        return now + (self.step_digits - now + STEPS // 2) % STEPS - STEPS // 2

    def is_signed_by(self, key: bytes, *, at: datetime) -> bool:
        """Whether the holder of the key made these digits; takes the same time for yes and no."""
        expected = _mac(key, handle=self.handle, step=self.step_near(at))
        return hmac.compare_digest(f"{self.mac:010d}", f"{expected:010d}")

    def check_window(self, *, at: datetime) -> None:
        """
        Let a code pass that is at most a minute old, or one step ahead of our clock.

        :raises CodeExpired: if it is older.
        :raises CodeClockAhead: if the phone's clock runs ahead.
        """
        age = step_at(at) - self.step_near(at)
        if age > CODE_STEPS_BACK:
            raise CodeExpired
        if age < -CODE_STEPS_AHEAD:
            raise CodeClockAhead


def make_code(*, key: bytes, handle: int, at: datetime) -> str:
    """The 27 digits that a device shows at a moment."""
    step = step_at(at)
    body = f"{SCHEME}{handle:09d}{step % STEPS:05d}{_mac(key, handle=handle, step=step):010d}"
    return body + check_digit(body)


def read_code(text: str) -> Code:
    """
    The parts of a scanned or typed code; all spellings of its digits are taken as they are meant.

    :raises NotOurCode: if it is something else, another wallet's code for example.
    :raises MistypedCode: if it is ours but for a slip.
    """
    if len(text) > CODE_TEXT:
        raise NotOurCode
    digits = plain_digits(text)
    if not (digits.isascii() and digits.isdigit() and digits.startswith(SCHEME)):
        raise NotOurCode
    if len(digits) != LENGTH or not has_valid_check_digit(digits):
        raise MistypedCode
    return Code(handle=int(digits[2:11]), step_digits=int(digits[11:16]), mac=int(digits[16:26]))


def device_key(*, master: bytes, device: UUID, version: int) -> bytes:
    """The key K of one device: derived, so that the database holds nothing secret of it."""
    return hmac.digest(master, f"cf-paycode|{device}|{version}".encode() + b"\x01", hashlib.sha256)


def step_at(at: datetime) -> int:
    """The number of the quarter of a minute, counted from 1970."""
    return int(at.timestamp()) // CODE_STEP_SECONDS


def check_digit(digits: str) -> str:
    """The Damm digit to put behind these digits."""
    return str(_damm(digits))


def has_valid_check_digit(digits: str) -> bool:
    """Whether the last digit is the Damm digit of those before it."""
    return _damm(digits) == 0


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return interim


def _mac(key: bytes, *, handle: int, step: int) -> int:
    message = b"cfpc1" + handle.to_bytes(8, "big") + step.to_bytes(8, "big")
    return int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:8], "big") % MACS
