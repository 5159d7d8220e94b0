"""A setting that can't be used is told by its name, with what it is for."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from community import config


@pytest.fixture(autouse=True)
def _no_setting_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "SETTINGS", [])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("0", "ROUNDS_A_DAY is 0, and must be at least 1. It is: How often."),
        ("-1", "ROUNDS_A_DAY is -1, and must be at least 1. It is: How often."),
        ("often", "ROUNDS_A_DAY can't be read: invalid literal for int() with base 10: 'often'. It is: How often."),
    ],
)
def test_a_number_that_cannot_be(monkeypatch: pytest.MonkeyPatch, given: str, told: str) -> None:
    monkeypatch.setenv("ROUNDS_A_DAY", given)

    with pytest.raises(ImproperlyConfigured) as refused:
        config.number("ROUNDS_A_DAY", default=3, at_least=1, about="How often.")

    assert str(refused.value) == told


def test_a_number_unset_is_its_default() -> None:
    assert config.number("ROUNDS_A_DAY", default=3, at_least=1, about="How often.") == 3
