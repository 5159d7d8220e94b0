"""The one-time codes by which a resident claims a customer number."""

from __future__ import annotations

import secrets

from core.identifiers import plain_customer
from core.numbers import plain_digits
from core.secrets import lookup_hash

# Crockford's Base32 without U: nothing that reads like something else
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make_code() -> str:
    """A new code of 50 random bits, e.g. `7K3ZD-0QX4M`."""
    code = "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def code_hash(*, bank_code: str, customer: str, code: str) -> bytes:
    """The keyed hash that is kept of a code; it opens this customer number of this bank and no other."""
    return lookup_hash(f"claim-code:{bank_code}", f"{plain_customer(customer)}|{plain(code)}")


def plain(code: str) -> str:
    """The code as it was meant: upper case, without spaces and dashes, misread letters put right."""
    return plain_digits(code).upper().translate(MISREAD)
