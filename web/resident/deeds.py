"""What a person did for which points came, in the words of daily life: `Electricity bill ¥245.20`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from earning.explanations import Reason
from web.look.tags import yuan

SIGN_INS: Final = frozenset({"app.signin", "app.sign_in", "app.login"})
BY_CATEGORY: Final[Mapping[str, Promise]] = {
    "water": gettext_lazy("Water bill"),
    "power": gettext_lazy("Electricity bill"),
    "electricity": gettext_lazy("Electricity bill"),
    "gas": gettext_lazy("Gas bill"),
    "heating": gettext_lazy("Heating bill"),
    "phone": gettext_lazy("Phone bill"),
    "internet": gettext_lazy("Internet bill"),
    "property": gettext_lazy("Property fee"),
}
BY_TYPE: Final[Mapping[str, Promise]] = {
    "bill.paid": gettext_lazy("Bill payment"),
    "transfer.sent": gettext_lazy("Transfer"),
    "loan.repaid": gettext_lazy("Loan repayment"),
    **dict.fromkeys(SIGN_INS, gettext_lazy("Signed in to the bank's app")),
}


def deed(why: Reason) -> str:
    """What it was, with its amount; the rule's own name where the bank says nothing that is known here."""
    word = BY_CATEGORY.get(why.category) or BY_TYPE.get(why.event_type)
    named = str(word) if word else why.rule_display_name
    if why.amount_minor is None:
        return named
    return _("%(deed)s ¥%(amount)s") % {"deed": named, "amount": yuan(why.amount_minor)}


def is_sign_in(why: Reason | None) -> bool:
    """Whether it was nothing but opening the bank's app: many small lines that fold into one."""
    return why is not None and why.event_type in SIGN_INS
