"""
In which of two encodings a bank's file is written: UTF-8 or GB18030.

Many short texts can be read in both, and one reading gives other people's names. Each line speaks for the reading whose
characters people write more often; where the lines say too little, nobody guesses.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Final

from core.limits import ENCODING_LINES

UTF8: Final = "utf-8"
GB18030: Final = "gb18030"
ENCODINGS: Final = (UTF8, GB18030)
GB18030_MARK: Final = "\ufeff".encode(GB18030)

# How unlikely a character is in the file of a Chinese bank; the sums of both readings of a line are compared.
COMMON, LIKELY_LATIN, SECOND, WORD, RARE, STRANGE = 0, 1, 2, 2, 4, 6
WHOLE_LENGTH, WHOLE_WORD = 4, 3  # letters of one script in a row cost together less than what decides
HAN, LATIN, TIBETAN = "CJK", "LATIN", "TIBETAN"  # as the names of characters begin; a mark divides Tibetan syllables
PUNCTUATION: Final = frozenset("·，。、；：（）“”‘’《》【】－　")
FIRST_LEVEL: Final = range(0xB0, 0xD8)  # rows of GB 2312: 3,755 characters, by how often they are written
SECOND_LEVEL: Final = range(0xD8, 0xF8)
ONLY_WAY: Final = 12  # what a line counts that can be read in one encoding alone, and at most
ENOUGH: Final = 4  # the least by which one reading must be likelier


class Why(StrEnum):
    """How the encoding of a file was found."""

    MARK = "mark"  # it begins with a byte-order mark
    ASCII = "ascii"  # it is the same in both
    LIKELY = "likely"  # its characters are likelier in this one
    SAID = "said"  # whoever sent it said so


@dataclass(slots=True)
class Tally:
    """What the lines of a file say about its encoding. Most lines decide: one broken row turns no file into another's encoding."""

    lines: int = 0  # with more than ASCII
    said: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENCODINGS, 0))
    readable: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENCODINGS, 0))
    ascii_lines: int = 0

    def hear(self, raw: bytes, *, whole: bool = True) -> None:
        """Count a line. Not `whole`: its end was cut, perhaps within a character."""
        if raw.isascii():
            self.ascii_lines += 1
        elif self.lines < ENCODING_LINES:
            self.lines += 1
            for encoding, said in _weights(raw, whole=whole).items():
                self.said[encoding] += said
                self.readable[encoding] += 1

    def verdict(self) -> tuple[str, Why] | None:
        """The encoding, empty if the lines say too little to tell; None if most can't be read at all."""
        best, other = sorted(ENCODINGS, key=lambda encoding: self.said[encoding], reverse=True)
        if 2 * (self.readable[best] + self.ascii_lines) < self.lines + self.ascii_lines:
            return None
        if not any(self.readable.values()):
            return UTF8, Why.ASCII
        return (best, Why.LIKELY) if self.said[best] - self.said[other] >= ENOUGH else ("", Why.LIKELY)


def _weights(raw: bytes, *, whole: bool) -> dict[str, int]:
    """What a line says for each encoding it can be read in."""
    readings = {encoding: text for encoding in ENCODINGS if (text := _read(raw, encoding, whole=whole)) is not None}
    if len(readings) == 1:
        return dict.fromkeys(readings, ONLY_WAY)
    costs = {encoding: _cost(text) for encoding, text in readings.items()}
    return {encoding: min(max(costs.values()) - cost, ONLY_WAY) for encoding, cost in costs.items()}


def _read(raw: bytes, encoding: str, *, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw, final=whole)
    except UnicodeDecodeError:
        return None


def _cost(text: str) -> int:
    single = sum(_cost_within(*each) for each in zip(" " + text, text, text[1:] + " ", strict=False) if not each[1].isascii())
    return single - sum(WORD * length - WHOLE_WORD for length in _whole_words(text))


def _whole_words(text: str) -> Iterator[int]:
    """How long the words are that are written in one script, neither Chinese nor Latin: "Иванов" is hardly anything else."""
    for script, letters in groupby(text, key=_script):
        length = sum(1 for _letter in letters)
        if script not in {"", HAN, LATIN} and length >= WHOLE_LENGTH:
            yield length


def _script(letter: str) -> str:
    return "" if letter.isascii() else _script_and_cost(letter)[0]


def _cost_within(before: str, letter: str, after: str) -> int:
    script, cost = _script_and_cost(letter)
    beside_latin = (before.isascii() and before.isalpha()) or (after.isascii() and after.islower())
    if script == HAN:
        return STRANGE if beside_latin else cost  # "Jos茅" is José read wrongly: no Chinese character stands within a Latin word
    if script == LATIN:
        return LIKELY_LATIN if beside_latin else STRANGE
    of_one_script = script in {_script_and_cost(before)[0], _script_and_cost(after)[0]}
    return cost if cost == COMMON else WORD if of_one_script else STRANGE


@lru_cache(maxsize=8192)
def _script_and_cost(letter: str) -> tuple[str, int]:
    if letter in PUNCTUATION:
        return "", COMMON
    try:
        row = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        row = 0
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script != HAN:
        is_of_a_word = letter.isalpha() or unicodedata.category(letter)[0] == "M" or script == TIBETAN
        return (script if is_of_a_word else "", STRANGE)
    return HAN, COMMON if row in FIRST_LEVEL else SECOND if row in SECOND_LEVEL else RARE
