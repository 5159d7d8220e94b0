"""What is drawn in a terminal: QR codes that a phone reads off the screen, and a pause between steps."""

from __future__ import annotations

import io
import sys
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_Q

QUIET_ZONE: Final = 4  # modules, as the standard asks
BLACK_ON_WHITE: Final = "\x1b[30;107m"
PLAIN: Final = "\x1b[0m"


def drawn(text: str, *, on_terminal: bool, sturdy: bool = False) -> str:
    """
    The text as a QR code of half blocks.

    A terminal gets black on white whatever its own colors are; a file gets blocks for white, as on a dark terminal.
    `sturdy` codes survive a quarter of them being unreadable, and are larger.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q if sturdy else ERROR_CORRECT_L, border=QUIET_ZONE)
    code.add_data(text)
    kept = io.StringIO()
    code.print_ascii(out=kept, invert=not on_terminal)
    lines = kept.getvalue().rstrip("\n").split("\n")
    if on_terminal:
        lines = [f"{BLACK_ON_WHITE}{line}{PLAIN}" for line in lines]
    return "\n".join(lines)


def wait_for_enter() -> None:
    """Let a person at a terminal read first; nobody else is waited for."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        input("Enter goes on. ")
