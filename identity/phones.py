"""Phone numbers: one spelling for all, and what of them may be shown."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from core.secrets import lookup_hash

HOME_REGION = "CN"
SHOWN_HEAD, SHOWN_TAIL = 3, 4


class PhoneNotValid(DomainError):
    """That can't be a phone number."""

    code = "phone_not_valid"
    kind = ErrorKind.INVALID
    message = _("This is not a phone number. Type it with its area or country code.")


def normal_phone(phone: str) -> str:
    """
    The number in E.164 form, e.g. `+8613800138000`; without a country code it is read as one of the home region.

    :raises PhoneNotValid: if it can't be a phone number.
    """
    try:
        number = phonenumbers.parse(phone, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise PhoneNotValid from None
    if not phonenumbers.is_possible_number(number):
        raise PhoneNotValid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_hash(phone: str) -> bytes:
    """The keyed hash under which a number in E.164 form is found."""
    return lookup_hash("phone", phone)


def familiar_phone(phone: str) -> str:
    """Beginning and tail, for whoever typed the number to know it again: `138****8000`; of another country `+49****8000`."""
    home = f"+{phonenumbers.country_code_for_region(HOME_REGION)}"
    return f"{phone.removeprefix(home)[:SHOWN_HEAD]}****{phone[-SHOWN_TAIL:]}"


def masked_phone(phone: str) -> str:
    """Only the tail, for people to recognize: `••• 8000`."""
    return f"••• {phone[-SHOWN_TAIL:]}"
