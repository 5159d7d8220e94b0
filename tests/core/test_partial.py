"""Instances made from the columns of a statement behave as Django's own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.partial import from_columns
from merchants.models import Cashier, Outlet

pytestmark = pytest.mark.django_db


def test_what_was_read_is_there_and_the_rest_is_fetched(bakery: Cashier) -> None:
    outlet = from_columns(Outlet, ("id", "name"), [bakery.outlet_id, "as read"])
    cashier = from_columns(Cashier, ("id", "outlet_id"), [bakery.pk, bakery.outlet_id], outlet=outlet)

    with CaptureQueriesContext(connection) as asked:
        assert (cashier.outlet.name, cashier.outlet_id, cashier == bakery) == ("as read", bakery.outlet_id, True)
    assert len(asked) == 0
    assert (cashier._state.adding, cashier._state.db) == (False, "default")
    assert cashier.get_deferred_fields() == {"user_id", "appointed_at", "appointed_by_id", "dismissed_at", "dismissed_by_id"}
    assert cashier.appointed_at == bakery.appointed_at
    cashier.save(update_fields=["outlet"])  # an update, not an insert
    assert Cashier.objects.get(pk=bakery.pk).appointed_at == bakery.appointed_at


def test_a_column_that_the_model_has_not_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="each column is one of the model's"):
        from_columns(Outlet, ("id", "nickname"), [1, "x"])
    with pytest.raises(ValueError, match="shorter"):
        from_columns(Outlet, ("id", "name"), [1])
