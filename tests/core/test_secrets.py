"""Values kept closed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pytest_django import Settings

from core.secrets import decrypt_text, encrypt_text, lookup_hash


def test_a_sealed_text_opens_and_never_looks_the_same() -> None:
    one, two = encrypt_text("1001"), encrypt_text("1001")

    assert one != two
    assert "1001" not in one
    assert (decrypt_text(one), decrypt_text(two)) == ("1001", "1001")


def test_an_old_key_opens_and_a_lost_one_does_not(settings: Settings) -> None:
    sealed = encrypt_text("1001")
    new = Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    assert decrypt_text(sealed) == "1001"

    settings.FIELD_KEYS = [new]
    with pytest.raises(InvalidToken):
        decrypt_text(sealed)


def test_a_lookup_hash_depends_on_purpose_value_and_key(settings: Settings) -> None:
    found = lookup_hash("customer:EB", "1001")

    assert len(found) == 32
    assert lookup_hash("customer:EB", "1001") == found
    assert lookup_hash("customer:WB", "1001") != found
    assert lookup_hash("customer:EB1", "001") != lookup_hash("customer:EB", "1001")
    settings.LOOKUP_KEY = "another"
    assert lookup_hash("customer:EB", "1001") != found
