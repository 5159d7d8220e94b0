"""
The numbers by which a bank knows its customers: what they look like, and their one form.

A number that a spreadsheet has changed is worse than none, because it may be another customer's: it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from core.limits import CUSTOMER_NUMBER
from core.numbers import plain_amount, plain_digits

DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
LETTERS_TOO: Final = re.compile(r"[0-9A-Z]+", re.ASCII)
# "6.22588E+15", as spreadsheets write what they took for a large number
POWER_OF_TEN: Final = re.compile(
    r"\s*[0-9](?:[0-9]*[.,][0-9]+)?[Ee]\+?[0-9]{1,3}\s*|\s*[0-9]+(?:[.,][0-9]+)?[Ee][+-][0-9]{1,3}\s*", re.ASCII
)
CAPITALS: Final = str.maketrans(ascii_lowercase, ascii_uppercase)  # `upper` makes "SS" of "ß", another customer's letters
MOD_11_2_MARKS: Final = "0123456789X"


class CheckDigit(models.TextChoices):
    """How the last character follows from those before it."""

    NONE = "none", _("none")
    LUHN = "luhn", _("Luhn (as on bank cards)")
    MOD_11_2 = "mod11_2", _("MOD 11-2 (as on identity cards)")


class CustomerRefused(DomainError):
    """A text that can't be a customer number of the bank."""

    kind = ErrorKind.INVALID


class CustomerMissing(CustomerRefused):
    code = "customer_missing"
    message = _("The customer number is missing.")


class CustomerNotValid(CustomerRefused):
    code = "customer_not_valid"
    message = _(
        "A customer number of this bank has %(least)s to %(most)s letters and digits and nothing else. "
        "Format the column as text and send it again."
    )


class CustomerNotDigits(CustomerRefused):
    code = "customer_not_digits"
    message = _(
        "A customer number of this bank has %(least)s to %(most)s digits, with its zeros in front, and nothing else. "
        "Format the column as text and send it again."
    )


class CustomerPowerOfTen(CustomerRefused):
    code = "customer_power_of_ten"
    message = _(
        "A spreadsheet wrote the customer number as a power of ten, and its last digits are lost. "
        "Format the column as text and send it again."
    )


class CustomerCheckDigitWrong(CustomerRefused):
    code = "customer_check_digit_wrong"
    message = _(
        "The customer number's check digit is wrong: one of its characters is not as the bank gave it. Compare it with the bank's list."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerShape:
    """What a bank's customer numbers look like."""

    letters: bool = True
    least: int = 1
    most: int = CUSTOMER_NUMBER
    check: str = CheckDigit.NONE

    def read(self, text: str) -> str:
        """
        The customer number in its one form.

        :raises CustomerRefused: if it can't be one.
        """
        if POWER_OF_TEN.fullmatch(plain_amount(text)):
            raise CustomerPowerOfTen
        number = plain_customer(text)
        if not number or (number.isascii() and number.isalpha()):  # "NULL", "nan" and "total" stand where a program had no number
            raise CustomerMissing
        pattern, refusal = (LETTERS_TOO, CustomerNotValid) if self.letters else (DIGITS, CustomerNotDigits)
        may_end_in_x = self.check == CheckDigit.MOD_11_2 and number.endswith("X")
        if not (pattern.fullmatch(number[:-1] if may_end_in_x and len(number) > 1 else number) and self.least <= len(number) <= self.most):
            raise refusal(least=self.least, most=self.most)
        if not CHECKS[CheckDigit(self.check)](number):
            raise CustomerCheckDigitWrong
        return number


def plain_customer(text: str) -> str:
    """The number in one form for all its spellings: ASCII, capitals, no spaces, dashes and marks that nobody sees."""
    return plain_digits(text).translate(CAPITALS)


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the one of ISO/IEC 7812-1, annex B."""
    if not DIGITS.fullmatch(number):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def passes_mod_11_2(number: str) -> bool:
    """Whether the last character is the one of ISO/IEC 7064, MOD 11-2."""
    if not DIGITS.fullmatch(number[:-1]) or number[-1] not in MOD_11_2_MARKS:
        return False
    rest = 0
    for digit in number[:-1]:
        rest = (rest + int(digit)) * 2 % 11
    return (rest + MOD_11_2_MARKS.index(number[-1])) % 11 == 1


CHECKS: Final = {CheckDigit.NONE: lambda _number: True, CheckDigit.LUHN: passes_luhn, CheckDigit.MOD_11_2: passes_mod_11_2}
