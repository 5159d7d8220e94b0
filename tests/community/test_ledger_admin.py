"""The ledger in the admin: read-only, and each bank sees its points and what happened at its merchants."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone

from branches.models import Bank
from identity.models import User
from merchants.models import Cashier
from points.log.sealing import seal_all
from points.models import Sealed, Transfer
from points.posting import Redeem, post_one
from residents.models import Resident
from tests.world import give_points

pytestmark = pytest.mark.django_db

PAGE = "/admin/points/transfer/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def spend(resident: Resident, till: Cashier, points: int) -> Transfer:
    at = timezone.now()
    command = Redeem(
        wallet=resident.wallet_id, merchant=till.outlet.merchant.party_id, points=points, key=f"spend-{points}", effective_at=at
    )
    transfer_id = post_one(command, at=at).transfer_id
    assert transfer_id is not None
    return Transfer.objects.get(id=transfer_id)


def test_a_bank_sees_its_points_and_its_merchants_and_nothing_else(
    zhang: Resident, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier, east_manager: User, west_manager: User
) -> None:
    at = timezone.now()
    give_points(resident=zhang, bank=west, points=150, at=at)
    spent_west_at_grocer = spend(zhang, grocer, 20)
    give_points(resident=zhang, bank=east, points=100, at=at)
    spent_at_bakery = spend(zhang, bakery, 180)  # 130 of West Bank's, 50 of East Bank's

    east_list = signed_in(east_manager).get(PAGE).content.decode()
    west_list = signed_in(west_manager).get(PAGE).content.decode()

    assert str(spent_at_bakery.id) in east_list
    assert str(spent_at_bakery.id) in west_list
    assert str(spent_west_at_grocer.id) not in east_list
    assert str(spent_west_at_grocer.id) in west_list

    address = f"{PAGE}{zhang.wallet_id}~{spent_at_bakery.id}/change/"
    at_its_merchant = signed_in(east_manager).get(address).content.decode()
    its_points_alone = signed_in(west_manager).get(address).content.decode()
    assert "<b>130</b> West Bank" in at_its_merchant
    assert "<b>50</b> East Bank" in at_its_merchant
    assert "<b>130</b> West Bank" in its_points_alone
    assert "East Bank: " not in its_points_alone


def test_what_is_not_its_own_is_as_if_it_were_not_there(zhang: Resident, west: Bank, grocer: Cashier, east_manager: User) -> None:
    give_points(resident=zhang, bank=west, points=150, at=timezone.now())
    transfer = spend(zhang, grocer, 20)
    client = signed_in(east_manager)

    theirs = client.get(f"{PAGE}{zhang.wallet_id}~{transfer.id}/change/")
    nobodys = client.get(f"{PAGE}{zhang.wallet_id}~{zhang.wallet_id}/change/")

    assert theirs.status_code == nobodys.status_code == HTTPStatus.FOUND
    assert theirs["Location"] == nobodys["Location"]


def test_nobody_writes_here(east: Bank, mei: Resident, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=10, at=timezone.now())
    transfer = Transfer.objects.get(party_id=mei.wallet_id)
    client = signed_in(east_manager)
    address = f"{PAGE}{mei.wallet_id}~{transfer.id}"

    assert client.post(f"{address}/change/", {"reason": "redeem"}).status_code == HTTPStatus.FORBIDDEN
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"{PAGE}add/").status_code == HTTPStatus.FORBIDDEN
    assert Transfer.objects.get(party_id=mei.wallet_id).reason == "earn"


def test_a_wallets_id_finds_all_of_its_transfers(east: Bank, mei: Resident, tom: Resident, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=10, at=timezone.now())
    client = signed_in(east_manager)

    found = client.get(PAGE, {"q": str(mei.wallet_id)}).content.decode()
    not_found = client.get(PAGE, {"q": str(tom.wallet_id)}).content.decode()
    nonsense = client.get(PAGE, {"q": "1001"}).content.decode()

    assert str(mei.wallet_id) in found
    assert f"{PAGE}{tom.wallet_id}" not in not_found
    assert f"{PAGE}{mei.wallet_id}" not in nonsense


def test_a_sealed_number_leads_to_its_transfer(east: Bank, west: Bank, mei: Resident, tom: Resident, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=10, at=timezone.now())
    give_points(resident=tom, bank=west, points=10, at=timezone.now())
    seal_all()
    client = signed_in(east_manager)
    mine, other = (Sealed.objects.get(party_id=resident.wallet_id).number for resident in (mei, tom))

    assert str(mei.wallet_id) in client.get(f"{PAGE}{mine}/change/").content.decode()
    assert client.get(f"{PAGE}{other}/change/").status_code == HTTPStatus.FOUND
    assert client.get(f"{PAGE}{other + 1000}/change/").status_code == HTTPStatus.FOUND
