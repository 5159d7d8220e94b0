"""Cells that a spreadsheet shows and never runs."""

from __future__ import annotations

import pytest

from core.sheets import plain_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_start_a_formula_is_quoted(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "1+1", "Bakery", "张梅", "a=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text
