"""A bank says what its customer numbers look like; files and events are read by it from then on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.errors import DomainError, ErrorKind
from core.identifiers import CheckDigit, CustomerShape
from core.limits import CUSTOMER_NUMBER
from identity.models import User


class ShapeNotPossible(DomainError):
    """No number has such a shape."""

    code = "shape_not_possible"
    kind = ErrorKind.INVALID
    message = _("Customer numbers have from 1 to %(most)s characters, and not more at least than at most. Correct the lengths.")


def shape_customers(*, actor: User, bank: Bank, shape: CustomerShape) -> Bank:
    """
    Set what the bank's customer numbers look like. Customers known already stay as they are.

    :raises ShapeNotPossible: if no number could have this shape.
    """
    if not 1 <= shape.least <= shape.most <= CUSTOMER_NUMBER or (shape.most == 1 and shape.check != CheckDigit.NONE):
        raise ShapeNotPossible(most=CUSTOMER_NUMBER)
    with transaction.atomic():
        locked = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
        locked.customer_letters, locked.customer_check = shape.letters, shape.check
        locked.customer_least, locked.customer_most = shape.least, shape.most
        locked.customers_shaped_by = actor
        locked.save(update_fields=["customer_letters", "customer_check", "customer_least", "customer_most", "customers_shaped_by"])
    return locked
