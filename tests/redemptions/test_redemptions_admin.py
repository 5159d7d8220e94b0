"""What staff see of the tills, and that they change nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from branches.models import Bank
from core.errors import NotFound
from identity.models import User
from merchants.models import Cashier
from redemptions.access import checkouts_for, devices_for, redemption_for, redemptions_for, undos_for
from redemptions.models import Redemption
from redemptions.services import redeem, undo
from residents.models import Resident
from tests.redemptions.world import S10_AT, give_zhang_his_points, s10, scanned
from tests.world import give_points

pytestmark = pytest.mark.django_db

LIST = "/admin/redemptions/redemption/"


@pytest.fixture
def staff(east_manager: User, west_manager: User, operator: User, auditor: User) -> dict[str, User]:
    """Who looks at whole banks or at all of them."""
    return {"east": east_manager, "west": west_manager, "operator": operator, "auditor": auditor}


@pytest.fixture
def of_two_banks(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> Redemption:
    """S10: WB 150 and EB 30 at Bakery, which East Bank acquires."""
    give_zhang_his_points(zhang, east=east, west=west)
    return s10(zhang, bakery)


@pytest.fixture
def of_east_alone(mei: Resident, bakery: Cashier, east: Bank) -> Redemption:
    """Mei's East Bank points at Bakery."""
    give_points(resident=mei, bank=east, points=100)
    checkout = scanned(mei, bakery, at=S10_AT)
    return redeem(cashier=bakery, checkout_id=checkout.pk, points=40, key="mei", at=S10_AT)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User) -> set[int]:
    return set(redemptions_for(actor=user).values_list("pk", flat=True))


def test_a_bank_sees_its_merchants_and_its_points(of_two_banks: Redemption, of_east_alone: Redemption, staff: dict[str, User]) -> None:
    both = {of_two_banks.pk, of_east_alone.pk}
    assert seen(staff["operator"]) == seen(staff["auditor"]) == seen(staff["east"]) == both
    assert seen(staff["west"]) == {of_two_banks.pk}  # its points, at another bank's merchant
    with pytest.raises(NotFound):
        redemption_for(actor=staff["west"], number=of_east_alone.pk)


def test_branch_staff_see_their_outlets(of_two_banks: Redemption, east_clerk: User, east_other_clerk: User, west_clerk: User) -> None:
    assert seen(east_clerk) == {of_two_banks.pk}
    assert seen(east_other_clerk) == seen(west_clerk) == set()


def test_scans_undos_and_phones_follow(of_two_banks: Redemption, of_east_alone: Redemption, staff: dict[str, User]) -> None:
    assert of_east_alone.cashier is not None
    undo(cashier=of_east_alone.cashier, receipt=of_east_alone.receipt, reason="Why", key="undo", at=S10_AT)
    for rows, counts in ((checkouts_for, (2, 0, 2)), (undos_for, (1, 0, 1)), (devices_for, (2, 1, 2))):
        assert tuple(rows(actor=staff[name]).count() for name in ("east", "west", "operator")) == counts


def test_a_redemption_of_another_bank_is_not_there(of_east_alone: Redemption, west_manager: User) -> None:
    client = signed_in(west_manager)
    foreign, nobodys = (client.get(f"{LIST}{number}/change/") for number in (of_east_alone.pk, 987654))
    assert (
        (foreign.status_code, foreign.headers.get("Location")) == (nobodys.status_code, nobodys.headers.get("Location")) == (302, "/admin/")
    )


def test_each_bank_sees_its_own_part(of_two_banks: Redemption, staff: dict[str, User]) -> None:
    pages = {name: signed_in(user).get(f"{LIST}{of_two_banks.pk}/change/").content.decode() for name, user in staff.items()}
    assert {name for name, page in pages.items() if "West Bank: 150" in page} == {"west", "operator", "auditor"}
    assert {name for name, page in pages.items() if "East Bank: 30" in page} == {"east", "operator", "auditor"}
    assert not any("Zhang" in page for page in pages.values())


def test_a_receipt_is_found_by_its_number(of_two_banks: Redemption, of_east_alone: Redemption, east_manager: User) -> None:
    client = signed_in(east_manager)
    page = client.get(LIST, {"q": of_two_banks.receipt}).content.decode()
    assert of_two_banks.receipt in page
    assert of_east_alone.receipt not in page
    assert of_two_banks.receipt not in client.get(LIST, {"q": "12345"}).content.decode()


@pytest.mark.parametrize("path", ["redemption", "checkout", "devicecredential"])
def test_staff_only_look(path: str, of_two_banks: Redemption, operator: User) -> None:
    client = signed_in(operator)
    assert client.get(f"/admin/redemptions/{path}/").status_code == 200
    assert client.get(f"/admin/redemptions/{path}/add/").status_code == 403
    number = {"redemption": of_two_banks.pk, "checkout": of_two_banks.checkout_id, "devicecredential": of_two_banks.checkout.device_id}[
        path
    ]
    assert client.get(f"/admin/redemptions/{path}/{number}/change/").status_code == 200
    assert client.post(f"/admin/redemptions/{path}/{number}/change/", {"points": 1}).status_code == 403
    assert client.post(f"/admin/redemptions/{path}/{number}/delete/", {"post": "yes"}).status_code == 403
