"""A resident's row in a bank's file: what it may hold, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.contradictions import Said
from core.errors import DomainError, ErrorKind
from core.identifiers import CustomerShape
from core.numbers import plain_digits
from core.rows import Row
from core.text import refuse_text, refuse_unwritable
from identity.phones import normal_phone
from residents.claim_codes import plain
from residents.queries import customer_hash

NAME_LENGTH = 80
CODE_LENGTHS = range(6, 33)
FIELDS = ("customer", "name", "branch", "neighborhood", "phone", "claim_code")
SEPARATOR = "\x1f"  # in no text of a row: controls are refused
NUMBERS = ("customer", "phone", "claim_code")


class FieldNotValid(DomainError):
    code = "field_not_valid"
    kind = ErrorKind.INVALID
    message = _("The field “%(field)s” can't be used: it is no text, or too long.")


class ClaimCodeNotValid(DomainError):
    code = "claim_code_not_valid"
    kind = ErrorKind.INVALID
    message = _("A claim code has %(least)s to %(most)s characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRow:
    """A customer as a bank's file tells of them. Empty text: the file doesn't say."""

    line: int
    customer: str
    name: str
    branch: str
    neighborhood: str
    phone: str
    claim_code: str


def read_resident(fields: Mapping[str, Any], *, line: int, shape: CustomerShape) -> ResidentRow:
    """
    The row, checked by itself, with customer numbers of the bank's shape. Other fields are left aside.

    Whether its branch exists is for the service to say.

    :raises DomainError: if it can't be used.
    """
    texts = {name: _text(fields, name) for name in FIELDS}
    customer, code = shape.read(texts["customer"]), texts["claim_code"]
    if code and len(plain(code)) not in CODE_LENGTHS:
        raise ClaimCodeNotValid(least=CODE_LENGTHS[0], most=CODE_LENGTHS[-1])
    phone = normal_phone(texts["phone"]) if texts["phone"] else ""
    return ResidentRow(
        line=line,
        customer=customer,
        name=texts["name"],
        branch=texts["branch"],
        neighborhood=texts["neighborhood"],
        phone=phone,
        claim_code=code,
    )


def said_by(*, bank: Bank, row: Row) -> Said | None:
    """Of which customer a row speaks, and all that it says of them; None if it can't be read."""
    try:
        texts = {name: _text(row.fields, name) for name in FIELDS}
        customer = bank.customer_shape.read(texts.pop("customer"))
    except DomainError:
        return None
    key = customer_hash(bank_code=bank.code, customer=customer)
    told = (plain_digits(text) if name in NUMBERS else text for name, text in texts.items())
    return Said(key, hashlib.sha256(SEPARATOR.join(told).encode()).digest(), row.line)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # JSON writers give numbers for what is all digits
    if not isinstance(value, str) or len(value) > NAME_LENGTH:
        raise FieldNotValid(field=name)
    text = value.strip()
    if name in NUMBERS:
        refuse_unwritable(text, field=name)  # marks that nobody sees come along with numbers, and go again where they are read
    else:
        refuse_text(text, field=name)
    return text
