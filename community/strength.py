"""What a secret must be like at least: so long, and of so many different characters. What people think up is neither."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

KEY_BYTES: Final = 32
DIFFERENT_BYTES: Final = 17  # of 32 random bytes about 30 are different; so few never come by chance
DIFFERENT_CHARACTERS: Final = 11  # hex digits are 16
SIGNING_CHARACTERS: Final = 50
TOKEN_CHARACTERS: Final = 32
KEY_ID_MOST: Final = 2**15 - 1  # a phone is kept with the id of its key, in two bytes

Weakness = Callable[[str], str]  # why a value can't be used; nothing if it can


def signing_key(text: str) -> str:
    """Django's key: any text."""
    return _text(text, SIGNING_CHARACTERS)


def token(text: str) -> str:
    """What another system sends: any text, or none."""
    return _text(text, TOKEN_CHARACTERS) if text else ""


def hex_key(text: str) -> str:
    """One key of 32 bytes, in hex digits."""
    if len(text) != 2 * KEY_BYTES or not set(text.lower()) <= set("0123456789abcdef"):
        return f"it must be {2 * KEY_BYTES} hex digits"
    return _bytes(bytes.fromhex(text))


def hex_keys(text: str) -> str:
    """Such keys, separated by commas."""
    return _each(text.split(","), hex_key)


def fernet_keys(text: str) -> str:
    """Keys of Fernet, separated by commas."""
    return _each(text.split(","), _fernet_key)


def ring(text: str) -> str:
    """Keys with an id each, `id:hex`, separated by commas."""
    pairs = [part.partition(":") for part in text.split(",")]
    if any(not key_id.isascii() or not key_id.isdecimal() or len(key_id) > len(str(KEY_ID_MOST)) for key_id, _colon, _key in pairs):
        return "it can't be read: it is `id:hex` separated by commas, and an id is a whole number"
    ids = [int(key_id) for key_id, _colon, _key in pairs]
    if max(ids) > KEY_ID_MOST or len(set(ids)) != len(ids):
        return f"each key must have an id of its own, at most {KEY_ID_MOST}"
    return _each([key for _id, _colon, key in pairs], hex_key)


def _each(keys: list[str], weakness: Weakness) -> str:
    for number, key in enumerate(keys, 1):
        if found := weakness(key):
            return f"of key {number}, {found}" if len(keys) > 1 else found
    return "two of the keys are the same" if len(set(keys)) != len(keys) else ""


def _fernet_key(text: str) -> str:
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    return _bytes(raw) if len(raw) == KEY_BYTES else f"it must be {KEY_BYTES} bytes in base64 for addresses (`-` and `_`)"


def _bytes(raw: bytes) -> str:
    return "" if len(set(raw)) >= DIFFERENT_BYTES else "it repeats itself, so it wasn't made by chance"


def _text(text: str, least: int) -> str:
    if len(text) < least:
        return f"it has {len(text)} characters and must have {least} or more"
    return "" if len(set(text)) >= DIFFERENT_CHARACTERS else "it repeats itself, so it wasn't made by chance"
