"""Who sees which statements, in the admin and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.choices import Role
from branches.models import Alliance, Bank
from identity.models import User
from merchants.models import Cashier
from residents.models import Resident
from settlements import access
from settlements.models import BusinessDay, IssuerStatement, MerchantLine, MerchantStatement, NetPayment
from settlements.services import close_day
from tests.desk import signed_in
from tests.settlements.world import redeem
from tests.world import give_points, make_bank, make_cashier, make_merchant, make_staff_user, moment

pytestmark = pytest.mark.django_db

LISTS = ("businessday", "merchantstatement", "merchantline", "issuerstatement", "netpayment")


@pytest.fixture
def closed(zhang: Resident, mei: Resident, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier) -> BusinessDay:
    """The day of S28 to S30."""
    for resident, bank, points in ((zhang, west, 150), (zhang, east, 100), (mei, east, 400)):
        give_points(resident=resident, bank=bank, points=points, at=moment("2026-03-02"))
    redeem(zhang, bakery, 180, at=moment("2026-03-20"))
    redeem(mei, grocer, 400, at=moment("2026-03-20"))
    return close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))


def rows_of(response: object) -> list[dict[str, str]]:
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def sheet(client: Client, name: str) -> list[dict[str, str]]:
    return rows_of(client.get(reverse("admin:settlements_businessday_sheet", args=["2026-03-20", name])))


def test_a_bank_sees_its_merchants_its_own_statement_and_its_payments(closed: BusinessDay, east_manager: User, west_manager: User) -> None:
    assert [row.merchant.name for row in access.merchant_statements_for(actor=east_manager)] == ["Bakery"]
    assert [row.merchant.name for row in access.merchant_statements_for(actor=west_manager)] == ["Grocer"]
    assert [row.bank.code for row in access.issuer_statements_for(actor=east_manager)] == ["EB"]
    assert [row.bank.code for row in access.positions_for(actor=west_manager)] == ["WB"]
    assert access.payments_for(actor=east_manager).count() == access.payments_for(actor=west_manager).count() == 1
    assert {part.issuer.code for part in access.line_parts_for(actor=east_manager)} == {"EB", "WB"}
    assert {line.points for line in access.merchant_lines_for(actor=east_manager)} == {180}


def test_the_alliance_sees_all_and_nobody_sees_nothing(
    closed: BusinessDay, operator: User, auditor: User, mei: Resident, east: Bank
) -> None:
    assert mei.user
    for seen in (operator, auditor):
        assert access.merchant_statements_for(actor=seen).count() == 2
        assert access.issuer_statements_for(actor=seen).count() == 2
    assert not access.merchant_statements_for(actor=mei.user).exists()
    assert not access.business_days_for(actor=mei.user).exists()
    assert not access.payments_for(actor=mei.user).exists()


def test_a_clerk_sees_merchants_of_the_branch_and_no_issuer_statement(
    closed: BusinessDay, east_clerk: User, east_other_clerk: User
) -> None:
    assert [row.merchant.name for row in access.merchant_statements_for(actor=east_clerk)] == ["Bakery"]
    assert not access.merchant_statements_for(actor=east_other_clerk).exists()
    assert not access.issuer_statements_for(actor=east_clerk).exists()


def test_a_third_bank_sees_no_payment_of_others(closed: BusinessDay, alliance: Alliance) -> None:
    south = make_bank(code="SB", name="South Bank", alliance=alliance)
    manager = make_staff_user(username="south_manager", role=Role.BANK_MANAGER, bank=south)

    assert not access.payments_for(actor=manager).exists()
    assert NetPayment.objects.count() == 1


def test_every_list_and_page_opens_for_the_bank_and_explains_itself(closed: BusinessDay, east_manager: User, bakery: Cashier) -> None:
    client = signed_in(east_manager)
    for name in LISTS:
        assert client.get(reverse(f"admin:settlements_{name}_changelist")).status_code == 200, name
    statement = MerchantStatement.objects.get(merchant=bakery.outlet.merchant)
    page = client.get(reverse("admin:settlements_merchantstatement_change", args=[statement.pk])).content.decode()
    assert "180 points are 1.80 yuan: East Bank pays 1.80 yuan." in page
    assert "East Bank 0.30 + West Bank 1.50" in page or "West Bank 1.50 + East Bank 0.30" in page
    line = MerchantLine.objects.get(statement=statement)
    page = client.get(reverse("admin:settlements_merchantline_change", args=[line.pk])).content.decode()
    assert "180 points were spent at Bakery" in page
    assert str(line.transfer_id) in page
    assert client.get(reverse("admin:settlements_businessday_change", args=["2026-03-20"])).status_code == 200
    own = IssuerStatement.objects.get(bank__code="EB")
    assert "4.00" in client.get(reverse("admin:settlements_issuerstatement_change", args=[own.pk])).content.decode()


def test_another_banks_statement_is_answered_like_none(closed: BusinessDay, east_manager: User, grocer: Cashier) -> None:
    client = signed_in(east_manager)
    other = MerchantStatement.objects.get(merchant=grocer.outlet.merchant)
    none = "00000000-0000-7000-8000-000000000000"
    for name in ("admin:settlements_merchantstatement_change", "admin:settlements_merchantstatement_lines"):
        answers = [client.get(reverse(name, args=[key])) for key in (other.pk, none)]
        assert answers[0].status_code == answers[1].status_code
        assert "Grocer" not in answers[0].content.decode()
    assert client.get(reverse("admin:settlements_merchantstatement_lines", args=[other.pk])).status_code == 404


def test_nothing_can_be_changed_in_the_admin(closed: BusinessDay, operator: User) -> None:
    client = signed_in(operator)
    statement = MerchantStatement.objects.all()[0]
    for name, key in (("merchantstatement", statement.pk), ("businessday", "2026-03-20")):
        assert client.post(reverse(f"admin:settlements_{name}_change", args=[key]), {"points": 1}).status_code == 403
        assert client.get(reverse(f"admin:settlements_{name}_add")).status_code == 403
        assert client.get(reverse(f"admin:settlements_{name}_delete", args=[key])).status_code == 403


def test_the_sheets_of_a_day_hold_the_actors_rows(closed: BusinessDay, operator: User, east_manager: User) -> None:
    everything = signed_in(operator)
    assert sheet(everything, "merchants") == [
        _merchant("Bakery", "EB", "180", "1.80"),
        _merchant("Grocer", "WB", "400", "4.00"),
    ]
    lines = [(row["merchant"], row["issuer"], row["points"], row["amount"]) for row in sheet(everything, "merchant_lines")]
    assert lines == [("Bakery", "EB", "30", "0.30"), ("Bakery", "WB", "150", "1.50"), ("Grocer", "EB", "400", "4.00")]
    assert [(row["bank"], row["own"], row["away"], row["fee"]) for row in sheet(everything, "issuers")] == [
        ("EB", "0.30", "4.00", "0.02"),
        ("WB", "0.00", "1.50", "0.01"),
    ]
    assert sheet(everything, "netting") == [{"day": "2026-03-20", "payer": "EB", "payee": "WB", "amount": "2.50"}]
    assert [row["net"] for row in sheet(everything, "positions")] == ["-2.50", "2.50"]

    of_east = signed_in(east_manager)
    assert [row["merchant"] for row in sheet(of_east, "merchants")] == ["Bakery"]
    assert {row["bank"] for row in sheet(of_east, "issuers")} == {"EB"}
    assert {row["bank"] for row in sheet(of_east, "issuer_lines")} == {"EB"}


def test_a_sheet_of_a_day_that_is_not_closed_is_not_found(closed: BusinessDay, operator: User) -> None:
    client = signed_in(operator)
    for day, name in (("2026-03-19", "merchants"), ("2026-03-20", "nonsense"), ("yesterday", "merchants")):
        assert client.get(f"/admin/settlements/businessday/{day}/{name}.csv").status_code == 404


def test_the_chosen_statements_come_as_csv(closed: BusinessDay, east_manager: User) -> None:
    chosen = MerchantStatement.objects.get(merchant__name="Bakery")
    other = MerchantStatement.objects.get(merchant__name="Grocer")
    browser, address = signed_in(east_manager), reverse("admin:settlements_merchantstatement_changelist")

    first, again, refused = (
        browser.post(address, {"action": "download", "_selected_action": [str(row.pk) for row in rows]})
        for rows in ([chosen], [chosen], [chosen, other])  # the other bank's was not shown
    )

    assert [[row["merchant"] for row in rows_of(response)] for response in (first, again)] == [["Bakery"]] * 2
    assert refused.status_code == HTTPStatus.FOUND


def test_a_name_that_would_be_a_formula_is_text(mei: Resident, east: Bank, operator: User) -> None:
    evil = make_cashier(merchant=make_merchant(name='=HYPERLINK("http://x","y")', acquirer=east))
    give_points(resident=mei, bank=east, points=10, at=moment("2026-03-02"))
    redeem(mei, evil, 10, at=moment("2026-03-20"))
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert [row["merchant"] for row in sheet(signed_in(operator), "merchants")] == ['\'=HYPERLINK("http://x","y")']


def test_lists_cost_the_same_number_of_queries_however_long(
    closed: BusinessDay, operator: User, mei: Resident, east: Bank, west: Bank
) -> None:
    client = signed_in(operator)
    client.get("/admin/")  # the first request notes the session
    few = [_queries(client, name) for name in LISTS]
    give_points(resident=mei, bank=east, points=100, at=moment("2026-03-02"))
    for number in range(8):
        cashier = make_cashier(merchant=make_merchant(name=f"Merchant {number}", acquirer=(east, west)[number % 2]))
        redeem(mei, cashier, 5, at=moment("2026-03-21"))
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))

    assert [_queries(client, name) for name in LISTS] == few


def _merchant(name: str, bank: str, points: str, amount: str) -> dict[str, str]:
    carried = {"carried_in": "0.00", "payable": amount, "carried_out": "0.00"}
    return {"day": "2026-03-20", "merchant": name, "acquirer": bank, "points": points, "amount": amount, **carried}


def _queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"admin:settlements_{name}_changelist")).status_code == 200
    return len(queries)
