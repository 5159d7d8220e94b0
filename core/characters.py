"""Characters that are no text, whatever the script. Everything else is let in, rare and private ones and those yet to come."""

from __future__ import annotations

import re
from typing import Final

# Not `str.isprintable`: it refuses whatever came into Unicode after Python's own table, such as a rare character of a name.
CONTROLS: Final = r"\x00-\x1f\x7f-\x9f"
SURROGATES: Final = r"\ud800-\udfff"  # halves of a character; no encoding writes them
DIRECTIONS: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they turn what people read: https://unicode.org/reports/tr9/
SEPARATORS: Final = r"\u2028\u2029"
NONCHARACTERS: Final = r"\ufdd0-\ufdef" + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
REFUSED: Final = re.compile(f"[{CONTROLS}{SURROGATES}{DIRECTIONS}{SEPARATORS}{NONCHARACTERS}]")
# what no database and no answer can hold, or nobody types; marks of direction come along with copied phone numbers
UNWRITABLE: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{SURROGATES}{NONCHARACTERS}]")
SHOWN: Final = 200


def refused_place(text: str) -> int | None:
    """Where the first character stands that is no text, counted from 0; None if there is none."""
    if text.isascii() and text.isprintable():  # nearly all there is, and several times as fast
        return None
    found = REFUSED.search(text)
    return found.start() if found else None


def unwritable_place(text: str) -> int | None:
    """Where the first character stands that can't even be kept, counted from 0: the rule for what is read further later."""
    if text.isascii() and text.isprintable():
        return None
    found = UNWRITABLE.search(text)
    return found.start() if found else None


def named(character: str) -> str:
    """A character by its number, as people look it up: `U+202E`."""
    return f"U+{ord(character):04X}"


def shown(text: str, *, most: int = SHOWN) -> str:
    """What someone sent, fit to be said back to them: cut, with the numbers of characters that are no text."""
    cut = text[:most]
    return cut if refused_place(cut) is None else REFUSED.sub(lambda found: f"<{named(found[0])}>", cut)[:most]
