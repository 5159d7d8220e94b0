"""At the desk, what people see has a second name in English: given with the row or later, by whoever may make such a row."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import pytest
from django.db.models import Model
from django.test import Client

from branches.models import Bank, Neighborhood
from core.bilingual import Bilingual
from earning.models import Rule
from identity.models import User
from merchants.models import Cashier, Merchant, Outlet
from tests.branches.test_admin import signed_in
from tests.world import branch_of

pytestmark = pytest.mark.django_db
NO_VERSIONS: Final = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}  # the table below a rule
TURNED: Final = "Old\u202eBakery"


def filled(east: Bank, bakery: Cashier) -> dict[type[Bilingual], dict[str, Any]]:
    """What the form of each kind asks for beside its names."""
    outlet = bakery.outlet
    return {
        Merchant: {"acquirer": east.pk},
        Outlet: {"merchant": outlet.merchant_id, "neighborhood": outlet.neighborhood_id, "picture": "tea"},
        Neighborhood: {"branch": branch_of(east).pk, "code": "EB-N9"},
        Rule: {"bank": east.pk, "code": "R9", "event_type": "bill.paid", **NO_VERSIONS},
    }


def save(client: Client, kind: type[Model], row: Model | None, form: dict[str, Any]) -> int:
    where = f"{row.pk}/change" if row else "add"
    return client.post(f"/admin/{kind._meta.label_lower.replace('.', '/')}/{where}/", form).status_code


@pytest.mark.parametrize("kind", [Merchant, Outlet, Neighborhood, Rule])
def test_both_names_are_given_and_the_english_one_changed_later(
    kind: type[Bilingual], east: Bank, east_manager: User, bakery: Cashier
) -> None:
    client, rows = signed_in(east_manager), kind._default_manager
    form = {**filled(east, bakery)[kind], "name": "老街面包房"}

    assert save(client, kind, None, {**form, "name_en": TURNED}) == HTTPStatus.OK
    assert not rows.filter(name="老街面包房").exists()
    assert save(client, kind, None, {**form, "name_en": "Old Bakery"}) == HTTPStatus.FOUND
    row: Any = rows.get(name="老街面包房")
    assert row.name_en == "Old Bakery"

    assert save(client, kind, row, {**form, "name_en": "B" * 81}) == HTTPStatus.OK
    row.refresh_from_db()
    assert row.name_en == "Old Bakery"
    assert save(client, kind, row, {**form, "name": "新街面包房", "name_en": "Old Street Bakery"}) == HTTPStatus.FOUND
    row.refresh_from_db()
    assert (row.name, row.name_en, row.changed_by) == ("老街面包房", "Old Street Bakery", east_manager)
    assert "老街面包房" in client.get(f"/admin/{kind._meta.label_lower.replace('.', '/')}/?q=street").content.decode()


@pytest.mark.parametrize("kind", [Merchant, Outlet, Neighborhood, Rule])
def test_a_manager_of_another_bank_names_nothing(kind: type[Bilingual], east: Bank, west_manager: User, bakery: Cashier) -> None:
    row = kind._default_manager.first() or Rule.objects.create(bank=east, code="R1", name="缴费", event_type="bill.paid")

    status = save(signed_in(west_manager), kind, row, {**filled(east, bakery)[kind], "name": "x", "name_en": "Theirs"})

    assert status in {HTTPStatus.FOUND, HTTPStatus.FORBIDDEN}
    assert not kind._default_manager.exclude(name_en="").exists()
