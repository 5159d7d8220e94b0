"""Who claims a second bank's customer number is one person: one wallet, all links, and nothing of the past lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from branches.models import Bank
from community.wiring import HANDLERS
from core.errors import DomainError
from core.outbox.services import deliver_due
from earning.choices import EventAnswer
from earning.models import DayUse
from identity.models import User
from merchants.models import Cashier
from points.choices import Reason
from points.errors import HoldOpen, WalletFrozen
from points.parties import freeze_wallet, unfreeze_wallet
from points.posting import Hold, Release, post_one
from points.queries import history, lots, spendable
from redemptions.queries import latest_receipt, receipts_of_resident
from redemptions.services import open_checkout, redeem, undo
from residents.access import history_for, links_for
from residents.models import BankLink, ClaimCode, ClaimTry, Resident
from residents.queries import wallets_of
from residents.services import claim_link
from residents.services.merging import BankLinkedAlready
from tests.earning.world import bill, bill_rule, everything, send
from tests.redemptions.world import new_key, phone_of, scanned
from tests.world import BEGINNING as NOON
from tests.world import branch_of, give_points, letter_code, make_link, make_resident

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def li(east: Bank) -> Resident:
    """Li, customer 1004 of East Bank with 100 points, whom nobody claimed: in truth, Tom."""
    li = make_resident(links={east: "1004"}, name="Li")
    give_points(resident=li, bank=east, points=100)
    return li


@pytest.fixture
def tom(tom: Resident, west: Bank) -> Resident:
    """Tom, with 50 points of West Bank."""
    give_points(resident=tom, bank=west, points=50)
    return tom


@pytest.fixture
def code(li: Resident) -> str:
    """Li's claim code."""
    return letter_code(link=li.links.get(), at=NOON)


def join(resident: Resident, code: str) -> BankLink:
    assert resident.user
    return claim_link(user=resident.user, bank="EB", customer="1004", code=code, at=LATER)


def refused(resident: Resident, code: str, error: type[DomainError]) -> None:
    """The claim is refused, writes nothing, and leaves the code good."""
    before = (everything(), list(Resident.objects.order_by("pk").values()), list(BankLink.objects.order_by("pk").values()))
    with pytest.raises(error):
        join(resident, code)
    assert (everything(), list(Resident.objects.order_by("pk").values()), list(BankLink.objects.order_by("pk").values())) == before
    assert (ClaimCode.objects.get().used_at, ClaimTry.objects.count()) == (None, 0)


def test_points_and_links_come_together(li: Resident, tom: Resident, code: str, east: Bank, west: Bank) -> None:
    link = join(tom, code)

    li.refresh_from_db()
    assert (link.resident, link.claimed_at) == (tom, LATER)
    assert {found.bank_id for found in tom.links.all()} == {east.pk, west.pk}
    assert [(lot.issuer_id, lot.points) for lot in lots(tom.wallet_id)] == [(west.issuer_id, 50), (east.issuer_id, 100)]
    assert (li.user, li.successor, li.merged_at, li.links.count(), lots(li.wallet_id)) == (None, tom, LATER, 0, [])


def test_claiming_again_changes_nothing(li: Resident, tom: Resident, code: str) -> None:
    first = join(tom, code)
    before = everything()

    assert join(tom, code) == first
    assert everything() == before


def test_all_links_of_the_banks_resident_come_along(li: Resident, tom: Resident, code: str, alliance: object) -> None:
    third = Bank.objects.create(alliance=Bank.objects.all()[0].alliance, code="TB", name="Third Bank")
    make_link(resident=li, bank=third, customer="3004")

    join(tom, code)

    assert sorted(link.bank.code for link in tom.links.all()) == ["EB", "TB", "WB"]
    assert not li.links.exists()


def test_one_who_has_no_name_or_place_yet_takes_the_banks(li: Resident, tom: Resident, code: str) -> None:
    Resident.objects.filter(pk=tom.pk).update(name="", neighborhood=None)

    join(tom, code)

    tom.refresh_from_db()
    assert (tom.name, tom.neighborhood) == ("Li", li.neighborhood)


def test_a_second_number_of_the_same_bank_is_refused(li: Resident, mei: Resident, code: str) -> None:
    refused(mei, code, BankLinkedAlready)


@pytest.mark.parametrize("whose", ["li", "tom"])
def test_a_frozen_wallet_is_not_merged_until_it_is_free(li: Resident, tom: Resident, code: str, whose: str) -> None:
    frozen = {"li": li, "tom": tom}[whose].wallet_id
    freeze_wallet(frozen, at=NOON)
    refused(tom, code, WalletFrozen)

    unfreeze_wallet(frozen)
    join(tom, code)

    assert spendable(tom.wallet_id, at=LATER) == 150


def test_a_hold_is_waited_for(li: Resident, tom: Resident, code: str, bakery: Cashier) -> None:
    merchant = bakery.outlet.merchant.party_id
    hold = Hold(wallet=li.wallet_id, merchant=merchant, points=60, key="h", due_at=LATER, effective_at=NOON)
    held = post_one(hold, at=NOON).transfer_id
    assert held
    refused(tom, code, HoldOpen)

    assert post_one(Release(wallet=li.wallet_id, follows=held, key="r", effective_at=LATER), at=LATER).posted
    join(tom, code)

    assert spendable(tom.wallet_id, at=LATER) == 150


def test_what_the_bank_posts_next_goes_to_the_survivor(li: Resident, tom: Resident, code: str, east: Bank) -> None:
    bill_rule(east)
    join(tom, code)

    outcome = send(east, bill(24520, paid=NOON, customer="1004"), at=LATER)

    assert (outcome.answer, outcome.points) == (EventAnswer.POSTED, 24)
    assert spendable(tom.wallet_id, at=LATER) == 174


def test_one_days_cap_is_one_persons(li: Resident, tom: Resident, code: str, east: Bank) -> None:
    bill_rule(east)
    for _bill in range(2):
        send(east, bill(150_000, paid=NOON, customer="1004"), at=NOON)  # 300: all of the day's
    join(tom, code)
    for _twice in range(2):
        deliver_due(HANDLERS, at=LATER)

    outcome = send(east, bill(24520, paid=NOON, customer="1004"), at=LATER)

    assert (outcome.answer, outcome.points) == (EventAnswer.NOTHING_EARNED, 0)
    assert [(use.wallet_id, use.points) for use in DayUse.objects.all()] == [(tom.wallet_id, 300)]


def test_what_the_survivor_used_meanwhile_is_added_up(li: Resident, tom: Resident, code: str, east: Bank) -> None:
    bill_rule(east)
    send(east, bill(150_000, paid=NOON, customer="1004"), at=NOON)
    join(tom, code)
    send(east, bill(24520, paid=NOON, customer="1004"), at=LATER)

    deliver_due(HANDLERS, at=LATER)

    assert [(use.wallet_id, use.points) for use in DayUse.objects.all()] == [(tom.wallet_id, 174)]


def test_the_past_of_both_is_told_in_one_history(li: Resident, tom: Resident, code: str, bakery: Cashier) -> None:
    spent = redeem(cashier=bakery, checkout_id=scanned(li, bakery, at=NOON).pk, points=30, key="past", at=NOON)
    join(tom, code)

    told = history(*wallets_of(resident=tom))

    assert [(view.wallet_id, view.reason) for view in told] == [
        (tom.wallet_id, Reason.MERGE),
        (li.wallet_id, Reason.MERGE),
        (li.wallet_id, Reason.REDEEM),
        (tom.wallet_id, Reason.EARN),
        (li.wallet_id, Reason.EARN),
    ]
    assert history(*wallets_of(resident=tom), before=told[2].id, limit=1) == [told[3]]
    assert set(receipts_of_resident(resident=tom, transfer_ids=[spent.transfer_id])) == {spent.transfer_id}
    assert latest_receipt(resident=tom) is None


def test_the_pages_show_the_past_of_both_and_nobody_elses(li: Resident, tom: Resident, mei: Resident, code: str, bakery: Cashier) -> None:
    spent = redeem(cashier=bakery, checkout_id=scanned(li, bakery, at=NOON).pk, points=30, key="past", at=NOON)
    join(tom, code)
    pages = {}
    for who in (tom, mei):
        assert who.user
        client = Client()
        client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        addresses = ("/history/", f"/history/{spent.transfer_id}/", f"/history/{spent.transfer_id}/proof/")
        pages[who] = [client.get(address, headers={"Accept-Language": "en"}) for address in addresses]

    assert [page.status_code for page in pages[tom]] == [200, 200, 200]
    assert [page.status_code for page in pages[mei]] == [200, 404, 404]
    assert len(re.findall(r'href="/history/[0-9a-f-]{36}/"', pages[tom][0].content.decode())) == 5
    assert spent.receipt in pages[tom][1].content.decode()


def test_what_was_spent_before_comes_back_to_the_survivor(li: Resident, tom: Resident, code: str, bakery: Cashier) -> None:
    spent = redeem(cashier=bakery, checkout_id=scanned(li, bakery, at=NOON).pk, points=30, key="past", at=NOON)
    join(tom, code)
    assert spendable(tom.wallet_id, at=LATER) == 120

    undo(cashier=bakery, receipt=spent.receipt, reason="slip", key=new_key(), at=LATER)

    assert spendable(tom.wallet_id, at=LATER) == 150


def test_a_phone_of_the_merged_one_shows_the_survivors_code(li: Resident, tom: Resident, code: str, bakery: Cashier) -> None:
    phone = phone_of(li, at=NOON)
    join(tom, code)

    checkout = open_checkout(cashier=bakery, code=phone.code(LATER), key=new_key(), at=LATER)
    taken = redeem(cashier=bakery, checkout_id=checkout.pk, points=120, key=new_key(), at=LATER)

    assert (taken.resident, taken.wallet_id) == (tom, tom.wallet_id)
    assert spendable(tom.wallet_id, at=LATER) == 30


def test_staff_see_their_own_banks_part_of_both_pasts(
    li: Resident, tom: Resident, code: str, east: Bank, east_manager: User, west_manager: User, bakery: Cashier
) -> None:
    join(tom, code)

    east_sees = history_for(actor=east_manager, resident=tom)
    west_sees = history_for(actor=west_manager, resident=tom)

    assert [(view.wallet_id, view.points) for view in east_sees] == [(tom.wallet_id, 100), (li.wallet_id, 100), (li.wallet_id, 100)]
    assert [(view.wallet_id, view.points) for view in west_sees] == [(tom.wallet_id, 50)]
    assert [link.bank for link in links_for(actor=east_manager)] == [east]
    assert branch_of(east) == links_for(actor=east_manager).get().branch
