"""Values kept closed: sealed to be read again, or hashed with a key to be found again. Never in clear in the database."""

from __future__ import annotations

import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt_text(text: str) -> str:
    """The text encrypted under the first key of the ring; each call gives another ciphertext."""
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt_text(sealed: str) -> str:
    """
    The text behind `encrypt_text`, sealed under any key of the ring.

    :raises cryptography.fernet.InvalidToken: if no key of the ring opens it.
    """
    return _ring(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()).decode()


def lookup_hash(purpose: str, value: str) -> bytes:
    """32 bytes that find a value again without keeping it: HMAC-SHA-256, another result for each purpose."""
    # the length in front keeps ("ab", "c") and ("a", "bc") apart
    message = f"{len(purpose)}:{purpose}:{value}".encode()
    return hmac.digest(settings.LOOKUP_KEY.encode(), message, "sha256")


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
