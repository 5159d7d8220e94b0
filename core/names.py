"""The beginning of a name, as people see it."""

from __future__ import annotations

import unicodedata
from typing import Final

JOINER: Final = "\u200d"  # makes one picture of several, as in "woman farmer"
SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
UNSEEN: Final = ("C", "Z")  # Unicode's categories of controls, formats, and spaces
MARKS: Final = "M"
LONGEST: Final = 16  # a family of four with skin tones has eleven


def first_letter(name: str) -> str:
    """
    The first character of a name that can be seen, whole: with its accents, or the emoji it is joined to.

    Marks that turn the direction of writing, and spaces, are passed over; of a name with nothing to see, nothing.
    After the rules of https://unicode.org/reports/tr29/ as far as names need them.
    """
    start = next((at for at, letter in enumerate(name) if not _unseen(letter)), len(name))
    end = start
    while end < min(len(name), start + LONGEST) and (end == start or _goes_on(name, start, end)):
        end += 1
    return name[start:end].rstrip(JOINER)


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter)[0] in (*UNSEEN, MARKS)


def _goes_on(name: str, start: int, at: int) -> bool:
    """Whether the character at that place belongs to what began at `start`."""
    letter, before = name[at], name[at - 1]
    if letter == JOINER or unicodedata.category(letter)[0] == MARKS or ord(letter) in SKIN_TONES:
        return True
    if before == JOINER:
        return not _unseen(letter) and not letter.isascii()
    return ord(letter) in FLAG_LETTERS and ord(before) in FLAG_LETTERS and at - start == 1
