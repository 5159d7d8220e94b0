"""Template filters of the look: `{% load look %}`."""

from __future__ import annotations

import unicodedata

from django import template

from core.money import MINOR_PER_MAJOR
from core.names import first_letter

register = template.Library()
FIRST_STRONG, END = "\u2068", "\u2069"  # isolates of https://unicode.org/reports/tr9/
TURNS = {"R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
KINDS = {"success": "done", "warning": "wait", "error": "no"}


@register.filter
def grouped(number: int) -> str:
    """`12345` as `12,345`: the same in both languages."""
    return f"{number:,}"


@register.filter
def yuan(amount_minor: int) -> str:
    """Minor units as `1,234.50`; negative amounts with a true minus sign."""
    whole, rest = divmod(abs(amount_minor), MINOR_PER_MAJOR)
    return f"{'−' if amount_minor < 0 else ''}{whole:,}.{rest:02d}"


@register.filter
def size(number: int) -> int:
    """The number without its sign, for places that show the sign in another way."""
    return abs(number)


@register.filter
def kind(level: str) -> str:
    """How a notice of Django's message level looks."""
    return KINDS.get(level, "info")


@register.filter
def initial(name: str) -> str:
    """The first character that can be seen."""
    return first_letter(name)


@register.filter
def isolated(name: object) -> str:
    """A name inside a sentence, where a tag can't stand: its direction of writing turns nothing around it."""
    text = str(name)
    return f"{FIRST_STRONG}{text}{END}" if any(unicodedata.bidirectional(letter) in TURNS for letter in text) else text


@register.filter
def shade(number: int) -> int:
    """One of four shades, always the same for the same number."""
    return number % 4
