"""Staff pages say on top when the books have drifted, or were not checked for too long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from identity.models import User
from points.choices import CheckKind
from points.log.sealing import seal_all
from points.models import BooksCheck
from tests.ledger_world import NOON, LedgerWorld
from tests.world import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-03-20", "18:30")


def check(kind: CheckKind, *, drifts: int, at: datetime) -> None:
    BooksCheck.objects.create(kind=kind, at=at, upto=7, root=b"", drifts=drifts)


def page(user: User, address: str = "/admin/", *, language: str = "en") -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(NOW, tick=False):
        response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_drift_is_said_on_every_page_to_everyone_on_the_staff(operator: User, east_clerk: User) -> None:
    check(CheckKind.FULL, drifts=0, at=NOW)
    assert "books-banner" not in page(operator)
    check(CheckKind.NEW, drifts=2, at=NOW)

    for user, address in ((operator, "/admin/"), (operator, "/admin/points/transfer/"), (east_clerk, "/admin/residents/resident/")):
        assert "found 2 drifts: figures may be wrong. Call the operator." in page(user, address), address
    assert "的账务核查发现2处不平，页面上的数字可能有误。" in page(operator, language="zh-hans")


def test_a_full_checks_drift_stays_until_the_next_full_check(operator: User) -> None:
    check(CheckKind.FULL, drifts=1, at=NOW)
    check(CheckKind.NEW, drifts=0, at=NOW)
    assert "found 1 drift:" in page(operator)

    check(CheckKind.FULL, drifts=0, at=NOW)
    assert "books-banner" not in page(operator)


@pytest.mark.parametrize(("age", "said"), [(timedelta(hours=36), False), (timedelta(hours=36, seconds=1), True)])
def test_a_full_check_of_long_ago_is_said_too(operator: User, age: timedelta, said: bool) -> None:  # noqa: FBT001
    check(CheckKind.FULL, drifts=0, at=NOW - age)
    check(CheckKind.NEW, drifts=0, at=NOW)

    assert ("The books were last checked in full on" in page(operator)) is said


def test_books_that_were_never_checked_are_said_once_they_are_old_enough(operator: User) -> None:
    assert "books-banner" not in page(operator)
    LedgerWorld().open()
    with time_machine.travel(NOON - timedelta(days=2), tick=False):
        seal_all()

    assert "The books were never checked." in page(operator)
    check(CheckKind.FULL, drifts=0, at=NOW)
    assert "books-banner" not in page(operator)


def test_residents_and_strangers_read_nothing_of_it() -> None:
    check(CheckKind.FULL, drifts=3, at=NOW)

    assert "books-banner" not in Client().get("/admin/login/", follow=True).content.decode()
