"""A bank says what its customer numbers look like; what no number could be is refused, and the shape stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.contrib.admin.models import LogEntry

from branches.models import Bank
from branches.services.customers import ShapeNotPossible, shape_customers
from core.identifiers import CheckDigit, CustomerShape
from core.limits import CUSTOMER_NUMBER
from identity.models import User
from tests.desk import signed_in

pytestmark = pytest.mark.django_db
FORM: Final = {"letters": "", "least": "6", "most": "8", "check": CheckDigit.LUHN.value}
SHAPED: Final = CustomerShape(letters=False, least=6, most=8, check=CheckDigit.LUHN)


def kept(bank: Bank) -> Mapping[str, Any]:
    """All that is kept of the bank."""
    return Bank.objects.filter(pk=bank.pk).values()[0]


def page_of(bank: Bank) -> str:
    return f"/admin/branches/bank/{bank.pk}/customers/"


@pytest.mark.parametrize(
    "shape",
    [
        CustomerShape(least=0),
        CustomerShape(least=-1),
        CustomerShape(least=7, most=6),
        CustomerShape(most=CUSTOMER_NUMBER + 1),
        CustomerShape(most=1, check=CheckDigit.LUHN),
        CustomerShape(most=1, check=CheckDigit.MOD_11_2),
    ],
)
def test_a_shape_that_no_number_has_is_refused_and_the_one_before_stays(east: Bank, east_manager: User, shape: CustomerShape) -> None:
    shape_customers(actor=east_manager, bank=east, shape=SHAPED)
    before = kept(east)

    with pytest.raises(ShapeNotPossible):
        shape_customers(actor=east_manager, bank=east, shape=shape)

    assert kept(east) == before
    assert Bank.objects.get(pk=east.pk).customer_shape == SHAPED


@pytest.mark.parametrize(
    "shape", [CustomerShape(most=1), CustomerShape(least=CUSTOMER_NUMBER), CustomerShape(check=CheckDigit.MOD_11_2), SHAPED]
)
def test_a_shape_that_numbers_have_is_kept_with_who_said_so(east: Bank, east_manager: User, shape: CustomerShape) -> None:
    shape_customers(actor=east_manager, bank=east, shape=shape)

    assert Bank.objects.get(pk=east.pk).customer_shape == shape
    assert kept(east)["customers_shaped_by_id"] == east_manager.pk


@pytest.mark.parametrize(
    ("changes", "named", "said"),
    [
        ({"least": "9"}, "__all__", "Customer numbers have from 1 to"),
        ({"least": "1", "most": "1"}, "__all__", "Customer numbers have from 1 to"),
        ({"least": "0"}, "least", "greater than or equal to 1"),
        ({"least": "six"}, "least", "whole number"),
        ({"least": "1_0", "most": "12"}, "least", "whole number"),
        ({"least": ""}, "least", "required"),
        ({"most": "9" * 5000}, "most", ""),
        ({"most": str(CUSTOMER_NUMBER + 1)}, "most", "less than or equal to"),
        ({"check": "rot13"}, "check", "not one of the available choices"),
        ({"check": ""}, "check", "required"),
    ],
)
def test_what_the_page_refuses_it_says_at_the_field_and_nothing_changes(
    east: Bank, east_manager: User, changes: dict[str, str], named: str, said: str
) -> None:
    browser, before = signed_in(east_manager), kept(east)

    refused = browser.post(page_of(east), FORM | changes)

    assert refused.status_code == HTTPStatus.OK
    assert set(refused.context["form"].errors) == {named}
    assert said in refused.content.decode()
    assert kept(east) == before
    assert not LogEntry.objects.exists()
    assert browser.post(page_of(east), FORM).status_code == HTTPStatus.FOUND
    assert Bank.objects.get(pk=east.pk).customer_shape == SHAPED
    assert LogEntry.objects.get().user_id == east_manager.pk


@pytest.mark.parametrize(
    ("who", "status"),
    [("east_clerk", 403), ("east_branch_manager", 403), ("auditor", 403), ("west_manager", 404), ("bakery", 302)],
)
def test_who_may_not_describe_a_banks_customers_changes_nothing(request: pytest.FixtureRequest, east: Bank, who: str, status: int) -> None:
    person = request.getfixturevalue(who)
    before = kept(east)

    refused = signed_in(getattr(person, "user", person)).post(page_of(east), FORM)

    assert refused.status_code == status
    assert kept(east) == before


def test_a_page_that_is_not_up_to_date_overwrites_nothing(east: Bank, east_manager: User) -> None:
    browser = signed_in(east_manager)
    shown = browser.get(page_of(east)).context["shown"]
    shape_customers(actor=east_manager, bank=east, shape=CustomerShape(least=3, most=4))
    before = kept(east)

    refused = browser.post(page_of(east), FORM | {"shown": shown})

    assert "This changed since you looked at it." in refused.content.decode()
    assert kept(east) == before
    browser.post(page_of(east), FORM | {"shown": refused.context["shown"]})
    assert Bank.objects.get(pk=east.pk).customer_shape == SHAPED
