"""
Numbers as people type them and files carry them: one form for all their spellings.

People write digits of their own script, group them with spaces or dashes, and copy marks along that nobody sees. All of
these say the same number.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind

DIGIT, DASH, FORMAT, SPACES = "Nd", "Pd", "Cf", ("Zs", "Zl", "Zp")
MORE_DASHES: Final = frozenset("\u02d7\u2043\u207b\u208b\u2212\u2500\u2796\u30fc\uff70")  # not `Pd`, and typed for dashes
# what is drawn as nothing and is not of the category of formats: joiners, selectors of variants, fillers
UNSEEN: Final = frozenset(
    {
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x2800,
        0x3164,
        0xFFA0,
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    }
)
WIDE: Final = range(0xFF01, 0xFF5F)  # "Ａ" for "A"
WIDE_STEP: Final = 0xFEE0
LONGEST_NUMBER: Final = 64  # of what is typed; Python reads thousands of digits, and slowly
WHOLE: Final = re.compile(r"-?[0-9]{1,19}")


class NumberNotWhole(DomainError):
    code = "number_not_whole"
    kind = ErrorKind.INVALID
    message = _("The field “%(field)s” must be a whole number from %(least)s to %(most)s.")


def plain_digits(text: str) -> str:
    """
    The number in its one form: ASCII digits, without spaces, dashes and marks that nobody sees.

    Everything else stays where it is, so that a wrong letter is still seen, full-width letters as ASCII.
    """
    if text.isascii() and text.isalnum():
        return text
    return "".join(_plain(character) for character in text)


def plain_amount(text: str) -> str:
    """The same for amounts, where a dash is a sign: `－２４５．２０` is `-245.20`, and `1-5` stays what it is."""
    if text.isascii() and " " not in text:
        return text
    return "".join("-" if _is_dash(character) else _plain(character) for character in text)


def whole_number(value: object, *, field: str, least: int, most: int) -> int:
    """
    A whole number from `least` to `most`, from JSON or from text, where digits of any script count.

    :raises NumberNotWhole: if it is anything else: a fraction, an exponent, `True`, a dash in the middle.
    """
    number = value if type(value) is int else _read(value)
    if number is None or not least <= number <= most:
        raise NumberNotWhole(field=field, least=least, most=most)
    return number


def _read(value: object) -> int | None:
    if not isinstance(value, str) or len(value) > LONGEST_NUMBER:
        return None
    digits = plain_amount(value).strip()
    return int(digits) if WHOLE.fullmatch(digits) else None


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == DASH or character in MORE_DASHES


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == DIGIT:
        return str(unicodedata.decimal(character))
    if kind in {DASH, FORMAT, *SPACES} or character.isspace() or character in MORE_DASHES or ord(character) in UNSEEN:
        return ""
    return chr(ord(character) - WIDE_STEP) if ord(character) in WIDE else character
