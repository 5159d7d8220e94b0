"""Numbers of receipts as people read and type them: eight digits or more, the last one a check digit; zeros in front may be left out."""

from __future__ import annotations

from core.numbers import plain_digits
from redemptions.errors import ReceiptNotFound
from redemptions.rotating_code import check_digit, has_valid_check_digit

PADDED = 8
SHORTEST = 2  # a digit and its check digit; the check passes over zeros in front
LONGEST = 19  # what the database's numbers can reach


def receipt_number(number: int) -> str:
    """`12` as `"00000125"`: padded, with its Damm digit behind."""
    body = f"{number:0{PADDED - 1}d}"
    return body + check_digit(body)


def read_receipt_number(text: str) -> int:
    """
    The number behind what was typed, in whatever spelling.

    :raises ReceiptNotFound: if no receipt has such a number.
    """
    digits = plain_digits(text[: 4 * LONGEST])
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST and has_valid_check_digit(digits)):
        raise ReceiptNotFound
    return int(digits[:-1])
