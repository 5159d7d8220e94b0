"""Phone numbers: one spelling for all, and what of them may be shown."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from django.utils.translation import gettext_lazy as _

from core.channels.reach import check_reach
from core.errors import DomainError, ErrorKind
from core.numbers import plain_digits
from core.secrets import lookup_hash

HOME_REGION: Final = "CN"
HOME_CODE: Final = 86
MOBILE_DIGITS: Final = 11  # of the home region
SHOWN_HEAD: Final = 3
SHOWN_TAIL: Final = 4
PREFIX: Final = len("+861380013")  # of a number at home: the part that says carrier and town, for ten thousand numbers
TYPED: Final = re.compile(r"\+?[0-9().]{1,40}")


class PhoneNotValid(DomainError):
    """That can't be a phone number."""

    code = "phone_not_valid"
    kind = ErrorKind.INVALID
    message = _("This is not a phone number. Check it.")


class PhoneLengthWrong(PhoneNotValid):
    """Digits are missing, or there are too many."""

    code = "phone_length_wrong"
    message = _("A mobile number has %(digits)s digits. Check it.")


def normal_phone(phone: str) -> str:
    """
    The number in E.164 form, e.g. `+8613800138000`; without a country code it is read as one of the home region.

    :raises PhoneNotValid: if it can't be a phone number.
    """
    typed = plain_digits(phone)
    try:
        number = phonenumbers.parse(typed if TYPED.fullmatch(typed) else "", HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise _refusal(typed, of_home=error.error_type != phonenumbers.NumberParseException.INVALID_COUNTRY_CODE) from None
    if not phonenumbers.is_possible_number(number):
        raise _refusal(typed, of_home=number.country_code == HOME_CODE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mobile_phone(phone: str) -> str:
    """
    The number in E.164 form, if it is one that text messages go to.

    :raises PhoneNotValid: if it can't be a phone number, or not a mobile one by its length.
    :raises PhoneOutOfReach: if no text messages go there.
    """
    normal = normal_phone(phone)
    digits = normal.removeprefix(f"+{HOME_CODE}")
    if digits != normal and digits.startswith("1") and len(digits) != MOBILE_DIGITS:
        raise PhoneLengthWrong(digits=MOBILE_DIGITS)
    check_reach(normal)
    return normal


def phone_hash(phone: str) -> bytes:
    """The keyed hash under which a number in E.164 form is found."""
    return lookup_hash("phone", phone)


def phone_prefix(phone: str) -> str:
    """What a number in E.164 form shares with its neighbors; at home its first seven digits."""
    return phone[:PREFIX]


def familiar_phone(phone: str) -> str:
    """Beginning and tail, for whoever typed the number to know it again: `138****8000`; of another country `+49****8000`."""
    home = f"+{phonenumbers.country_code_for_region(HOME_REGION)}"
    return f"{phone.removeprefix(home)[:SHOWN_HEAD]}****{phone[-SHOWN_TAIL:]}"


def masked_phone(phone: str) -> str:
    """Only the tail, for people to recognize: `••• 8000`."""
    return f"••• {phone[-SHOWN_TAIL:]}"


def _refusal(typed: str, *, of_home: bool) -> PhoneNotValid:
    """Of digits alone, that their number is wrong; of anything else, that it is no number."""
    return PhoneLengthWrong(digits=MOBILE_DIGITS) if of_home and typed.lstrip("+").isdigit() else PhoneNotValid()
