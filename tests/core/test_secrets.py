"""Values kept closed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pytest_django import Settings

from core.secrets import lookup_hash, open_text, seal_text


def test_a_sealed_text_opens_and_never_looks_the_same() -> None:
    one, two = seal_text("1001"), seal_text("1001")

    assert one != two
    assert "1001" not in one
    assert (open_text(one), open_text(two)) == ("1001", "1001")


def test_an_old_key_opens_and_a_lost_one_does_not(settings: Settings) -> None:
    sealed = seal_text("1001")
    new = Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    assert open_text(sealed) == "1001"

    settings.FIELD_KEYS = [new]
    with pytest.raises(InvalidToken):
        open_text(sealed)


def test_a_lookup_hash_depends_on_purpose_value_and_key(settings: Settings) -> None:
    found = lookup_hash("customer:EB", "1001")

    assert len(found) == 32
    assert lookup_hash("customer:EB", "1001") == found
    assert lookup_hash("customer:WB", "1001") != found
    assert lookup_hash("customer:EB1", "001") != lookup_hash("customer:EB", "1001")
    settings.LOOKUP_KEY = "another"
    assert lookup_hash("customer:EB", "1001") != found
