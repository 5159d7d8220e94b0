"""The beginning of a name is something that can be seen, and whole."""

from __future__ import annotations

import pytest

from core.names import first_letter


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("王芳", "王"),
        ("Mei", "M"),
        ("", ""),
        ("  Mei", "M"),
        ("\u202e\u05d0\u05d1 Mei", "\u05d0"),
        ("\u200fMei", "M"),
        ("\u202e\u2066\u200b", ""),
        ("\ufeffMei", "M"),
        ("\u0301Mei", "M"),
        ("e\u0301lodie", "e\u0301"),
        ("\U0001f469\u200d\U0001f33e Mei", "\U0001f469\u200d\U0001f33e"),
        ("\U0001f469\U0001f3fd\u200d\U0001f680Mei", "\U0001f469\U0001f3fd\u200d\U0001f680"),
        ("❤\ufe0fMei", "❤\ufe0f"),
        ("\U0001f469\u200dMei", "\U0001f469"),
        ("\U0001f1e8\U0001f1f3\U0001f1e8\U0001f1f3", "\U0001f1e8\U0001f1f3"),
        ("\U00020bb7野", "\U00020bb7"),
        ("<b>Mei</b>", "<"),
    ],
)
def test_the_first_letter_of_a_name(name: str, first: str) -> None:
    assert first_letter(name) == first


def test_a_tower_of_accents_has_an_end() -> None:
    assert first_letter("Z" + "\u0301" * 80) == "Z" + "\u0301" * 15
