"""What a monitoring system reads, and who may."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core.counting.services import FAILED
from core.outbox.services import publish
from merchants.services import CashierDismissed
from points.choices import CheckKind
from points.log.sealing import seal_all
from points.models import BooksCheck
from tests.ledger_world import NOON, LedgerWorld

pytestmark = pytest.mark.django_db


def figures() -> dict[str, float]:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.content.decode().splitlines()
    return {name.removeprefix("community_"): float(value) for name, value in (line.split() for line in lines if not line.startswith("#"))}


def test_the_books_the_sealer_and_the_outbox_are_measured() -> None:
    with time_machine.travel(NOON, tick=False):
        quiet = figures()
        assert quiet == {
            "books_checked": 0, "facts_without_number": 0, "sealer_lag_seconds": 0, "outbox_waiting": 0, "outbox_lag_seconds": 0,
        }  # fmt: skip
        ledger = LedgerWorld().open()
        ledger.wallet(10)
        seal_all()
        BooksCheck.objects.create(kind=CheckKind.FULL, at=NOON, upto=1, root=b"", drifts=3)
        ledger.wallet(10)
        publish(CashierDismissed(cashier_id=7), at=NOON)

    with time_machine.travel(NOON.replace(minute=1), tick=False):
        assert figures() == {
            "books_checked": 1,
            "books_drifts": 3,
            "books_check_age_seconds": 60,
            "books_full_check_age_seconds": 60,
            "books_numbers_unchecked": 1,
            "facts_without_number": 1,
            "sealer_lag_seconds": 60,
            "outbox_waiting": 1,
            "outbox_lag_seconds": 60,
        }


def test_a_limit_that_could_not_be_counted_is_told_of() -> None:
    cache.set(FAILED, 3)
    assert figures()["limit_failures"] == 3

    cache.delete(FAILED)
    assert "limit_failures" not in figures()


def test_an_embedded_system_answers_its_own_machine_only() -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="192.168.1.7").get("/metrics").status_code == 404


def test_elsewhere_the_token_is_asked_for(settings: Settings) -> None:
    settings.EMBEDDED = False
    assert Client().get("/metrics").status_code == 404

    settings.METRICS_TOKEN = "a-token"
    asked = {token: Client(headers={"Authorization": token}, REMOTE_ADDR="10.0.0.9").get("/metrics").status_code
             for token in ("Bearer a-token", "Bearer a-toke", "a-token", "Bearer ünknown")}  # fmt: skip
    assert asked == {"Bearer a-token": 200, "Bearer a-toke": 404, "a-token": 404, "Bearer ünknown": 404}
    assert Client().get("/metrics").status_code == 404


def test_ready_is_said_when_the_database_answers() -> None:
    assert (Client().get("/readyz").status_code, Client().get("/readyz").content) == (200, b"ok\n")
