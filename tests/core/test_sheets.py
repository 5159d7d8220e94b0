"""Cells that a spreadsheet shows and never runs, and names of files that are names everywhere."""

from __future__ import annotations

import ast
import csv
import io
from decimal import Decimal

import pytest

from core.sheets import FORMULA_STARTS, attachment, plain_cell, sheet_line
from tests.repo.sources import ROOT, python_files

UNSEEN = ("", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\u202e", "\u2060 \u00ad", "\x00", "\t")
OUR_OWN = ("core/sheets.py", "community/demo/", "tools/", "tests/", "run.py")  # not what people open


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_would_start_a_formula_is_quoted_whatever_comes_before_it(unseen: str) -> None:
    for start in FORMULA_STARTS:
        for text in (f"{unseen}{start}1+1", f"{unseen}{start}"):
            assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "＋86", "－1", "＠SUM(A1)", "﹦1", "−1", "|calc", "a\r=1", "a\n=1"])
def test_known_beginnings_of_formulas(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "1+1", "Bakery", "张梅", "a=1", "(老王)小吃", "\U00031350", "·", " Mei"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text


def test_numbers_stay_numbers() -> None:
    assert sheet_line([-5, Decimal("-0.50"), Decimal("1E+3"), "-5", None, 7]) == "-5,-0.50,1000,'-5,,7\r\n"


@pytest.mark.parametrize("name", ["Bakery;=1+1", "Bakery\t=1", 'a","=1', '"', "a,b", "Bakery|=1", " x "])
def test_no_program_finds_a_second_cell_in_a_text_whatever_it_separates_by(name: str) -> None:
    line = sheet_line([name, 1])

    for delimiter in ",;\t|":
        first = next(csv.reader(io.StringIO(line), delimiter=delimiter, strict=delimiter == ","))[0]
        assert first.startswith(name)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("lines-2026-03-20.csv", 'attachment; filename="lines-2026-03-20.csv"'),
        ("小票.csv", "attachment; filename=\"__.csv\"; filename*=UTF-8''%E5%B0%8F%E7%A5%A8.csv"),
        ('a"\r\nSet-Cookie: x.csv', 'attachment; filename="a_Set-Cookie_ x.csv"'),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("C:\\x\\\u202egpj.exe", 'attachment; filename="C__x_gpj.exe"'),
        ("\ud800", 'attachment; filename="file"'),
        ("", 'attachment; filename="file"'),
    ],
)
def test_the_name_of_a_file_is_a_name_and_nothing_else(name: str, header: str) -> None:
    assert attachment(name) == header


def test_whatever_is_exported_goes_through_here() -> None:
    """A new export that writes its own cells or names its file by itself would be found."""
    ours = [path for path in python_files() if not path.relative_to(ROOT).as_posix().startswith(OUR_OWN)]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in ours
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"writer", "DictWriter"})
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and "filename=" in node.value)
    ]

    assert len(ours) > 100
    assert found == []
