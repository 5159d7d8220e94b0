"""What is text at every edge, and what is said of the rest."""

from __future__ import annotations

import sys

import pytest

from core.characters import refused_place, shown
from core.errors import NotFound
from core.text import CharacterRefused, refuse_text

REFUSED = {
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0xD800, 0xE000),
    *(0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    *(0x2028, 0x2029),
    *range(0xFDD0, 0xFDF0),
    *(place for plane in range(17) for place in (plane * 0x10000 + 0xFFFE, plane * 0x10000 + 0xFFFF)),
}


def test_of_all_characters_exactly_these_are_no_text() -> None:
    assert {code for code in range(sys.maxunicode + 1) if refused_place(chr(code)) is not None} == REFUSED


@pytest.mark.parametrize(
    "name",
    [
        "张梅",
        "\U00031350\U0002ebf0",  # newer than Python's table
        "\ue000\U000f0000",  # private use: names from before Unicode had their characters
        "O'Brien-\u0141ukasz",
        "\U0001f469\u200d\U0001f33e",
        "阿不都·艾尼",
        "\U0002a6d6\U0002b73f\ufa0e〇",
    ],
)
def test_rare_names_are_text(name: str) -> None:
    refuse_text(f" {name}\u3000", field="name")


@pytest.mark.parametrize(
    ("text", "character", "place"),
    [("Mei\x00", "U+0000", 4), ("\ud83d", "U+D83D", 1), ("a\u202eb", "U+202E", 2), ("a\nb", "U+000A", 2), ("ab\U0010ffff", "U+10FFFF", 3)],
)
def test_a_refusal_names_the_character_and_its_place(text: str, character: str, place: int) -> None:
    with pytest.raises(CharacterRefused) as refusal:
        refuse_text(text, field="name")

    assert refusal.value.details == {"field": "name", "character": character, "place": place}
    assert character in str(refusal.value)


def test_what_is_said_back_can_be_written_whatever_was_sent() -> None:
    error = NotFound(name="\ud800\x00\u202e" * 500)

    assert error.details["name"] == shown("\ud800\x00\u202e" * 500)
    assert str(error.details["name"]).startswith("<U+D800><U+0000><U+202E>")
    assert len(str(error.details["name"]).encode()) <= 200
