"""Cells of exported CSV files."""

from __future__ import annotations

# what a spreadsheet takes for the start of a formula (OWASP, "CSV Injection")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain_cell(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: an apostrophe goes before what would start a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
