"""Which numbers text messages go to: valid numbers of mobile phones, in the countries that the installation serves."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

from core.errors import DomainError, ErrorKind

# some numbering plans don't tell mobile from fixed numbers
MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
SATELLITE: Final = re.compile(r"\+86(1349|174)")  # mobile by the plan's form, and as dear as any satellite


class PhoneOutOfReach(DomainError):
    """No text message goes to this number."""

    kind = ErrorKind.INVALID


class PhoneNotMobile(PhoneOutOfReach):
    """A landline, a hotline, a satellite, a number that was never given out."""

    code = "phone_not_mobile"
    message = _("This is not the number of a mobile phone, so no text message can reach it. Type a mobile number.")


class PhoneCountryNotServed(PhoneOutOfReach):
    """A number of a country that gets no text messages from here."""

    code = "phone_country_not_served"
    message = _("No text messages go to numbers of that country. Type a mobile number that begins with %(countries)s.")


def check_reach(phone: str) -> None:
    """
    Let a number in E.164 form pass if text messages may go to it.

    :raises PhoneOutOfReach: if they may not, saying why.
    """
    number = phonenumbers.parse(phone)
    valid = phonenumbers.is_valid_number(number)
    possible = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    regions = {phonenumbers.region_code_for_number(number)} if valid else set(possible)
    if regions.isdisjoint(settings.PHONE_COUNTRIES):
        codes = {f"+{phonenumbers.country_code_for_region(region)}" for region in settings.PHONE_COUNTRIES}
        raise PhoneCountryNotServed(countries=", ".join(sorted(codes)))
    if not valid or phonenumbers.number_type(number) not in MOBILE or SATELLITE.match(phone):
        raise PhoneNotMobile
