"""The admin's first page: what it shows, to whom, at which price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from branches.models import Bank
from identity.models import User
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from merchants.models import Cashier
from redemptions.services import redeem
from residents.models import Resident
from settlements.books import check_everything
from settlements.services import close_day
from tests.earning.world import bill, bill_rule, send, transfer_rule
from tests.reasons import give_reasons
from tests.redemptions.world import give_zhang_his_points, new_key, s10, scanned
from tests.world import moment
from web.staff.hours_chart import FLOOR, TOP, hours_chart

pytestmark = pytest.mark.django_db
NOW = moment("2026-03-20", "18:30")


@pytest.fixture(autouse=True)
def _half_past_six() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(user: User, *, language: str = "en") -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/admin/")
    assert response.status_code == 200
    return response.content.decode()


def totals(body: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r'hours__total"><strong>([\d,]+)</strong>', body)]


@pytest.fixture
def busy_day(mei: Resident, zhang: Resident, east: Bank, west: Bank, bakery: Cashier) -> None:
    """Mei earned 24 points at ten and 200 at eleven; Zhang spent 180 at Bakery at noon."""
    bill_rule(east)
    send(east, bill(24520, paid=moment("2026-03-20", "09:00")), at=moment("2026-03-20", "10:15"))
    send(east, bill(500000, paid=moment("2026-03-20", "09:00")), at=moment("2026-03-20", "11:59:59"))
    send(east, bill(24520, paid=moment("2026-03-19", "09:00")), at=moment("2026-03-19", "23:59:59"))
    give_zhang_his_points(zhang, east=east, west=west)
    s10(zhang, bakery)


def test_the_day_is_drawn_by_hour_with_a_table_behind(busy_day: None, operator: User) -> None:
    body = page(operator)

    assert totals(body) == [224, 180]
    assert len(re.findall(r"<rect class=\"hours__bar\"", body)) == 3
    for said in ("10:00–11:00: 24<", "11:00–12:00: 200<", "12:00–13:00: 180<"):
        assert said in body
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)</td></tr>', body)
    assert rows == [("10:00–11:00", "24", "0"), ("11:00–12:00", "200", "0"), ("12:00–13:00", "0", "180"), ("Total", "224", "180")]


def test_a_bank_sees_its_own_points_and_its_own_merchants(busy_day: None, east_manager: User, west_manager: User, west_clerk: User) -> None:
    assert totals(page(east_manager)) == [224, 180]
    assert totals(page(west_manager)) == [0, 0]
    assert totals(page(west_clerk)) == [0, 0]


def test_what_waits_is_counted_for_the_actors_banks(east: Bank, operator: User, east_manager: User, west_manager: User) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=moment("2026-03-20", "09:00"), customer="1999"), at=moment("2026-03-20", "10:15"))

    for user, waiting in ((operator, 1), (east_manager, 1), (west_manager, 0)):
        assert re.search(rf"Events waiting for a customer</dt>\s*<dd>{waiting}</dd>", page(user)), user


def test_files_under_way_are_shown_to_their_bank(east: Bank, operator: User, east_manager: User, west_manager: User) -> None:
    rows = {"bank": east, "kind": ImportKind.EVENTS, "size_bytes": 1000, "made_at": NOW}
    started = {
        "started_at": NOW - timedelta(seconds=20),
        "heartbeat_at": NOW,
        "rows_at_start": 100,
        "rows_done": 2_100,
        "rows_total": 5_000,
    }
    FileImport.objects.create(name="bills.csv", state=ImportState.RUNNING, bytes_done=420, sha256="a", **started, **rows)
    FileImport.objects.create(name="old.csv", state=ImportState.DONE, bytes_done=1000, sha256="b", **rows)

    for user in (operator, east_manager):
        body = page(user)
        assert "bills.csv" in body
        assert 'value="42"' in body
        assert "42 % · 100 rows a second · 29 seconds left" in body
        assert "old.csv" not in body
    assert "bills.csv" not in page(west_manager)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_last_closed_day_the_sealer_and_the_books_are_told(busy_day: None, operator: User, east_manager: User) -> None:
    assert "None yet" in page(operator)
    assert re.search(r"Transfers waiting for a number</dt>\s*<dd>[1-9]", page(operator))
    assert "Not known" in page(operator)

    give_reasons()
    closed = close_day(day=moment("2026-03-19").date(), at=NOW)
    check_everything(at=NOW)
    body = page(operator)
    assert f"/admin/settlements/businessday/{closed.pk}/change/" in body.replace("_2D", "-")
    assert re.search(r"Transfers waiting for a number</dt>\s*<dd>0", body)
    assert "Whole" in body
    assert "Transfers waiting for a number" not in page(east_manager)
    assert "Books check" not in page(east_manager)


def test_the_page_costs_the_same_number_of_queries_on_a_busy_day(
    operator: User, zhang: Resident, east: Bank, west: Bank, bakery: Cashier
) -> None:
    bill_rule(east)
    transfer_rule(west)
    give_zhang_his_points(zhang, east=east, west=west)
    few = _queries(operator)
    for hour in range(9, 18):
        at = moment("2026-03-20", f"{hour:02d}:00")
        send(east, bill(10000, paid=at, customer="1003"), at=at)
        send(east, bill(10000, paid=at, customer=f"unknown-{hour}"), at=at)
        checkout = scanned(zhang, bakery, at=at)
        redeem(cashier=bakery, checkout_id=checkout.pk, points=5, key=new_key(), at=at)

    assert _queries(operator) == few


def test_no_sign_in_no_dashboard(mei: Resident) -> None:
    client = Client()
    assert client.get("/admin/").status_code == 302
    assert mei.user
    client.force_login(mei.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 302


def test_an_empty_day_is_drawn_without_bars() -> None:
    chart = hours_chart({})

    assert (chart.total, chart.top, chart.busiest) == (0, 10, None)
    assert {bar.height for bar in chart.bars} == {0}


@pytest.mark.parametrize(
    ("most", "top"), [(1, 10), (10, 10), (11, 20), (99, 100), (100, 100), (101, 200), (501, 1000), (4_500_000, 5_000_000)]
)
def test_the_top_line_is_a_round_number_above_the_highest_bar(most: int, top: int) -> None:
    chart = hours_chart({12: most, 13: 1})

    assert chart.top == top
    assert chart.bars[12].height == pytest.approx((FLOOR - TOP) * most / top, abs=2)
    assert 0 < chart.bars[13].height <= chart.bars[12].height
    with override("zh-hans"):
        assert chart.bars[13].span == "13:00–14:00"


def _queries(user: User) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(user)
    return len(queries)
