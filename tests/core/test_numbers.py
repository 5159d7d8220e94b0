"""One number has many spellings, and one form."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata

import pytest
from playwright._impl._driver import compute_driver_executable

from core.numbers import NumberNotWhole, plain_digits, whole_number
from tests.repo.sources import ROOT

SPELLINGS = [
    "123456",
    " 123 456 ",
    "123-456",
    "123—456",
    "123\u2212456",
    "１２３４５６",
    "１２３　４５６",
    "١٢٣٤٥٦",
    "۱۲۳۴۵۶",
    "१२३४५६",
    "123456\u200b",
    "\ufeff123456",
    "\u202a123456\u202c",
    "123\u00ad456",
    "1️2️3️456",
    "123456\r\n",
    "\U0001d7cf\U0001d7d0\U0001d7d1456",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_of_a_number_are_one(spelling: str) -> None:
    assert plain_digits(spelling) == "123456"


def test_pages_read_digits_as_the_server_does() -> None:
    """The scripts' own function, run by the node that comes with the browser of the tests."""
    digits = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]
    typed = [*digits, *SPELLINGS, "12a", "1.5", "6.2E+15", "二", "1 000", "12\ufe0f3", "\U000e01001"]
    script = "import {plainDigits} from './static/js/digits.js'; console.log(JSON.stringify(JSON.parse(process.argv[1]).map(plainDigits)))"
    node, *_rest = compute_driver_executable()

    done = subprocess.run(
        [node, "--input-type=module", "-e", script, json.dumps(typed)], cwd=ROOT, capture_output=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == [plain_digits(each) for each in typed]


def test_digits_of_every_script_are_known() -> None:
    digits = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]

    assert len(digits) > 600
    assert [digit for digit in digits if plain_digits(digit) != str(unicodedata.decimal(digit))] == []


@pytest.mark.parametrize(
    ("typed", "form"),
    [("12a", "12a"), ("Ｘ１", "X1"), ("1.5", "1.5"), ("6.2E+15", "6.2E+15"), ("二", "二"), ("1\x002", "1\x002"), ("\ud800", "\ud800")],
)
def test_a_wrong_letter_is_still_seen(typed: str, form: str) -> None:
    assert plain_digits(typed) == form


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), (" ７ ", 7), ("1 000", 1000), ("007", 7), ("-5", -5), ("\u22125", -5), (0, 0)]
)
def test_a_whole_number_from_json_or_text(value: object, number: int) -> None:
    assert whole_number(value, field="points", least=-5, most=1000) == number


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        7.0,
        "7.0",
        "1e3",
        "1_0",
        "1-5",
        "--5",
        "",
        "-",
        "0x7",
        "二",
        1001,
        -6,
        "1001",
        "9" * 5000,
        10**5000,
        "+7",
        [7],
        b"7",
        "\ud800",
    ],
    ids=lambda value: type(value).__name__,  # ten to the five thousandth can't be printed
)
def test_what_is_no_whole_number_or_out_of_bounds(value: object) -> None:
    with pytest.raises(NumberNotWhole):
        whole_number(value, field="points", least=-5, most=1000)
