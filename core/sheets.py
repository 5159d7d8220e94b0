"""Files for spreadsheets: cells that are shown and never run, and names that are names everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from core.characters import REFUSED

# What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), its full-width and small twins that Chinese
# programs take alike, signs of currency before a formula, and what makes an external command of a cell.
FORMULA_STARTS: Final = frozenset("=+-@|%\t\r\n＝＋－＠｜％﹦﹢﹣﹫﹪−➕➖⁺₊⁻₋⁼₌")
UNSEEN: Final = ("C", "M", "Z")  # Unicode's categories of controls, formats, marks and spaces: programs cut some of them away
SEPARATING: Final = re.compile(r'[,;\t|"\r\n]|^\s|\s$')
FILE_NAME: Final = 100
NO_NAME: Final = frozenset('"\\/:*?<>|;%')  # not in the names of files on some system, or not in a header

Cell = str | int | Decimal | date | datetime | None


def plain_cell(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: an apostrophe goes before what would start a formula."""
    if not text or (text[0].isalnum() and "\n" not in text and "\r" not in text):  # most cells
        return text
    seen = next((at for at, letter in enumerate(text) if unicodedata.category(letter)[0] not in UNSEEN), len(text))
    return f"'{text}" if FORMULA_STARTS.intersection(text[: seen + 1]) or "\n" in text or "\r" in text else text


def sheet_line(cells: Iterable[Cell]) -> str:
    """A line of a CSV file. Texts are made plain; numbers are ours, may be negative, and stay numbers."""
    return ",".join(map(_written, cells)) + "\r\n"


def attachment(name: str) -> str:
    """The `Content-Disposition` of a file to keep under this name (RFC 6266): no quotes, breaks, folders or turned writing."""
    clean = REFUSED.sub("", name)
    clean = "".join("_" if letter in NO_NAME else letter for letter in clean).strip(" .")[-FILE_NAME:].strip(" .") or "file"
    plain = "".join(letter if letter.isascii() else "_" for letter in clean)
    return f'attachment; filename="{plain}"' if plain == clean else f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean)}"


def _written(cell: Cell) -> str:
    """
    The cell as RFC 4180 has it.

    Whatever some program separates by is quoted: one that splits at semicolons or tabs must not find a formula behind one.
    """
    if isinstance(cell, str):
        text = plain_cell(cell)
        return '"' + text.replace('"', '""') + '"' if SEPARATING.search(text) else text
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
