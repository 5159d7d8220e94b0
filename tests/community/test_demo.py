"""The demo neighborhood comes to life through the real services, once."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from http import HTTPStatus
from statistics import median

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Avg, F
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from branches.models import Alliance, Bank, Neighborhood
from community.demo.life import Life, live
from community.demo.people import EXPIRING, NEWCOMER, RESIDENT_PHONE, let_in, people
from community.demo.places import found
from community.management.commands.demo import SEED, fill
from core.channels.services import inbox
from core.clock import alliance_day, now
from earning.models import Award, Rule
from identity.queries import phone_of
from identity.services import user_with_phone
from merchants.models import Merchant, Outlet
from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.log.sealing import seal_all
from points.models import BooksCheck
from points.queries import lots, spendable_in
from redemptions.models import Redemption
from residents.models import Resident
from residents.queries import made_up_newcomers
from settlements.books import REASON_CHECKS
from settlements.models import BusinessDay, IssuerStatement
from web.sign_in.demo import BACKEND, offered

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_a_few_days_of_the_demo_are_a_life_and_leave_whole_books() -> None:
    fill(days=8)  # transfers of the West Bank become spendable after seven

    at, residents = now(), Resident.objects.filter(user__isnull=False)
    assert Resident.objects.count() == 240
    assert residents.count() == 199
    assert Award.objects.filter(points__gt=0).count() > 500
    assert BusinessDay.objects.count() == 8
    assert not Redemption.objects.filter(redeemed_at__lt=F("resident__user__joined_at")).exists()
    assert not Redemption.objects.filter(redeemed_at__lt=F("outlet__opened_at")).exists()
    assert Redemption.objects.aggregate(average=Avg("points"))["average"] > 500
    assert median(spendable_in([one.wallet_id for one in residents], at=at).values()) > 800
    assert IssuerStatement.objects.filter(fee_minor__gt=0).exists()
    assert BooksCheck.objects.get().drifts == 0
    seal_all()
    assert run_checks(check_files([LEDGER_CHECKS, REASON_CHECKS])) == []
    _the_sign_in_page_offers_a_story_each()
    _everything_has_a_name_in_each_language()
    _the_newcomer_links_a_bank_with_what_the_inbox_says()


def _the_sign_in_page_offers_a_story_each() -> None:
    page = offered(RequestFactory().get("/sign-in/"))
    assert page is not None
    everyday, _expiring, coming, *_others = page.residents
    assert everyday.link.resident.links.count() == 2
    assert any(lot.available_on and lot.available_on > alliance_day(now()) for lot in lots(coming.link.resident.wallet_id))
    assert [till.user.tills.count() for till in page.tills] == [1, 1, 2]
    assert len({till.outlet.merchant_id for till in page.tills}) == 1
    (newcomer,) = page.newcomers
    assert phone_of(user=newcomer) == RESIDENT_PHONE.format(number=NEWCOMER)
    assert [message.phone for message in inbox(most=10)].count(RESIDENT_PHONE.format(number=NEWCOMER)) == 2


def _everything_has_a_name_in_each_language() -> None:
    for kind in (Rule, Merchant, Outlet, Neighborhood):
        found = list(kind._default_manager.values_list("name", "name_en"))
        assert found
        assert [names for names in found if names[0].isascii() or not (names[1] and names[1].isascii())] == []


def _the_newcomer_links_a_bank_with_what_the_inbox_says() -> None:
    """Somebody else tries with it first: that spoils nothing."""
    texts = " ".join(message.text for message in inbox(most=10) if message.phone == RESIDENT_PHONE.format(number=NEWCOMER))
    code, customer = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", texts), re.search(r"客户号是(\d+)", texts)
    assert code is not None
    assert customer is not None
    assert re.findall(r"[a-z]+", texts.replace(Bank.objects.get(code="EB").name, "")) == []  # one language
    typed = {"bank": "EB", "customer": customer[1], "code": code[0]}
    stranger, newcomer = Client(), Client()
    stranger.force_login(user_with_phone(phone="+8613800009876"), backend=BACKEND)
    newcomer.force_login(made_up_newcomers(limit=1)[0], backend=BACKEND)

    assert stranger.post("/bank/", typed).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = newcomer.post("/bank/", typed)

    assert (answer.status_code, answer.headers.get("Location")) == (HTTPStatus.FOUND, "/")


def test_points_given_back_after_they_expired_are_good_for_a_week() -> None:
    days, at = 92, now()
    dice = random.Random(SEED)
    places = found(since=alliance_day(at) - timedelta(days=days), days=days, at=at - timedelta(days=days))
    few = people(dice)[:8]
    let_in(few, places=places)
    life = Life(places, few, dice, days=days, until=at)

    live(life)

    assert lots(life.by_number[EXPIRING].wallet_id)[0].expires_on == alliance_day(at) + timedelta(days=6)


def test_a_system_with_an_alliance_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    alliance = Alliance.objects.create(name="Real")

    call_command("demo")
    call_command("demo", if_empty=True)

    assert list(Alliance.objects.all()) == [alliance]
    assert capsys.readouterr().out == "There is an alliance already, and it is no demo; nothing was changed.\n"


def test_a_system_with_a_database_of_its_own_is_not_filled(settings: Settings) -> None:
    settings.EMBEDDED = False

    with pytest.raises(CommandError, match="embedded system only"):
        call_command("demo")

    assert not Alliance.objects.exists()
