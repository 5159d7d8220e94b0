"""Walls: another bank's eyes, and the cashier who was dismissed."""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from branches.models import Bank
from community.wiring import HANDLERS
from core.errors import NotFound
from core.outbox.services import deliver_due
from identity.models import User
from merchants.access import merchants_for
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from redemptions.models import Redemption
from redemptions.services import redeem
from residents.access import history_for, link_for, links_for, lots_for, resident_for, residents_for, residents_found
from residents.models import BankLink, Resident
from tests.redemptions.world import S10_AT, Till, answer, give_zhang_his_points, phone_of, s10, scanned
from tests.world import give_points, somebody

pytestmark = pytest.mark.django_db


def staff_client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_s33_for_an_east_clerk_tom_is_nobody(east_clerk: User, tom: Resident, mei: Resident) -> None:
    for customer in ("2001", "9999"):
        for bank in ("WB", "EB", "XX"):
            with pytest.raises(NotFound) as refusal:
                link_for(actor=east_clerk, bank_code=bank, customer=customer)
            assert str(refusal.value) == str(NotFound())
        assert not residents_found(actor=east_clerk, term=customer).exists()
    for resident_id in (tom.pk, uuid4()):
        with pytest.raises(NotFound):
            resident_for(actor=east_clerk, resident_id=resident_id)
    with pytest.raises(NotFound):
        lots_for(actor=east_clerk, resident=tom)
    assert list(residents_for(actor=east_clerk)) == [mei]


def test_s33_toms_address_answers_as_nobodys(east_clerk: User, tom: Resident, mei: Resident) -> None:
    client = staff_client(east_clerk)
    link, nobody = tom.links.get().pk, uuid4()

    def said(model: str, pk: object) -> tuple[int, str, list[str]]:
        answer = client.get(f"/admin/residents/{model}/{pk}/change/", follow=True)
        ((address, status),) = answer.redirect_chain
        return status, address, [str(message).replace(f"“{pk}”", "“…”") for message in answer.context["messages"]]

    assert said("resident", tom.pk) == said("resident", nobody)
    assert said("banklink", link) == said("banklink", 99_999_999)
    assert said("resident", tom.pk)[:2] == (HTTPStatus.FOUND, "/admin/")
    for verb in ("history", "delete"):
        both = [client.get(f"/admin/residents/resident/{pk}/{verb}/").status_code for pk in (tom.pk, nobody)]
        assert both[0] == both[1]


def test_s33_of_zhang_east_staff_see_the_east_side(
    east_clerk: User, east_manager: User, zhang: Resident, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier
) -> None:
    give_zhang_his_points(zhang, east=east, west=west)
    s10(zhang, bakery)
    checkout = scanned(zhang, grocer, at=S10_AT)
    redeem(cashier=grocer, checkout_id=checkout.pk, points=20, key="at-grocer", at=S10_AT)
    give_points(resident=zhang, bank=west, points=7)

    for actor in (east_clerk, east_manager):
        ours = [merchant.party_id for merchant in merchants_for(actor=actor)]
        seen = history_for(actor=actor, resident=zhang, merchants=ours)
        assert [link.bank for link in links_for(actor=actor)] == [east]
        assert [(lot.issuer_id, lot.points) for lot in lots_for(actor=actor, resident=zhang)] == [(east.issuer_id, 50)]
        assert [(move.reason.value, move.points) for move in seen] == [("redeem", 20), ("redeem", 180), ("earn", 100)]


def test_s33_zhangs_page_shows_east_staff_no_west_points(east_clerk: User, zhang: Resident, east: Bank, west: Bank) -> None:
    give_points(resident=zhang, bank=west, points=154321)
    give_points(resident=zhang, bank=east, points=100)

    page = staff_client(east_clerk).get(f"/admin/residents/resident/{zhang.pk}/change/").content.decode()

    assert "East Bank" in page
    assert "<b>100</b>" in page
    assert "154321" not in page
    assert "West Bank" not in page


def test_s33_the_alliances_auditor_sees_both_sides(auditor: User, zhang: Resident, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)

    assert sum(lot.points for lot in lots_for(actor=auditor, resident=zhang)) == 250
    assert BankLink.objects.count() == links_for(actor=auditor).count() == 2


def test_s35_a_dismissed_cashier_is_signed_out_everywhere_at_once(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)
    receipt = s10(zhang, bakery)
    code = phone_of(zhang, at=S10_AT).code(S10_AT)
    tills = [Till(bakery.user), Till(bakery.user)]
    checkout = scanned(zhang, bakery, at=S10_AT)
    assert [answer(till.get("/merchant/today"))[0] for till in tills] == [200, 200]

    dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)

    assert [answer(till.get("/merchant/today")) for till in tills] == [(401, "sign_in_required")] * 2
    again = Till(User.objects.get(pk=bakery.user_id))
    assert answer(again.post("/merchant/checkouts", {"code": code, "way": "code", "key": "after"}))[0] in {403, 404}
    deliver_due(HANDLERS, at=S10_AT)
    checkout.refresh_from_db()
    bakery.refresh_from_db()
    assert checkout.closed_at is not None
    assert bakery.dismissed_at == S10_AT
    assert list(Redemption.objects.all()) == [receipt]


def test_s35_dismissing_again_changes_nothing(bakery: Cashier) -> None:
    first = dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)
    epoch = User.objects.get(pk=bakery.user_id).session_epoch

    second = dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT.replace(hour=23))

    assert second.dismissed_at == first.dismissed_at == S10_AT
    assert User.objects.get(pk=bakery.user_id).session_epoch == epoch


def test_s35_nobody_else_is_signed_out(bakery: Cashier, grocer: Cashier) -> None:
    other = Till(grocer.user)

    dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)

    assert answer(other.get("/merchant/today"))[0] == 200
