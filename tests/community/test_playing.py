"""`make demo` plays the loop in the terminal, inside the process or against the running site."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from branches.models import Alliance
from community.demo.play import Play, play
from community.demo.visitors import Unexpected
from core.clock import alliance_day, now
from identity.services import mark_made_up
from merchants.models import Cashier
from openapi.models import Client
from points.queries import history, spendable
from redemptions.models import DeviceCredential, Redemption
from residents.models import Resident
from settlements.services import close_day
from tests.earning.world import bill_rule
from tests.world import give_points

TITLES = [
    "pays a bill of 245.20 yuan",
    "can spend 24 points",
    "takes 24 points: green",
    "its number in the ledger",
    "Every morning",
    "Now you",
]


@pytest.fixture
def _made_up(settings: Settings, mei: Resident, bakery: Cashier) -> None:
    settings.EMBEDDED = True
    bill_rule(mei.links.get().bank)
    assert mei.user
    mark_made_up(users=[mei.user, bakery.user])


def told(**options: Any) -> str:
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("_made_up")
def test_the_loop_is_played_inside_the_process(mei: Resident) -> None:
    words = told(site="")

    assert [title for title in TITLES if title not in words] == []
    assert "“1 point for each full ¥10: ¥245.20 gave 24 points.”" in words
    assert f"Receipt {Redemption.objects.get().receipt}" in words
    assert "▀" in words
    assert spendable(mei.wallet_id, at=now()) == 0
    assert history(mei.wallet_id)[0].number is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("_made_up")
def test_what_was_let_in_for_the_play_is_shut_out_after_it() -> None:
    told(site="")

    assert Client.objects.get().ended_at is not None
    assert not DeviceCredential.objects.filter(revoked_at__isnull=True).exists()


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.usefixtures("_made_up")
def test_the_loop_is_played_against_the_running_site(live_server: Any, mei: Resident, bakery: Cashier) -> None:
    give_points(resident=mei, bank=mei.links.get().bank, points=1_000, at=now())

    words = told(site=live_server.url)

    assert f"The site runs at {live_server.url}" in words
    assert "takes 680 points: green" in words
    assert f"{live_server.url}/merchant/receipts/" in words
    assert spendable(mei.wallet_id, at=now()) == 1_000 + 24 - 680


@pytest.mark.django_db
@pytest.mark.usefixtures("_made_up")
def test_each_step_waits_and_the_newest_statement_is_shown(mei: Resident, bakery: Cashier) -> None:
    waited: list[int] = []

    def scene() -> Play:
        return Play(mei.links.get(), bakery, out=io.StringIO(), pause=lambda: waited.append(1))

    play(scene())
    close_day(day=alliance_day(now()), at=now())
    second = scene()
    play(second)

    assert len(waited) == 2 * (len(TITLES) - 1)
    assert isinstance(second.out, io.StringIO)
    assert "24 points, 0.24 yuan" in second.out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("_made_up")
def test_a_site_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(CommandError, match="The loop stopped"):
        told(site="http://127.0.0.1:9")

    assert Client.objects.get().ended_at is not None


@pytest.mark.django_db
def test_a_system_that_is_no_demo_plays_nothing(settings: Settings, mei: Resident, bakery: Cashier) -> None:
    settings.EMBEDDED = True

    assert "nothing was changed" in told(site="")

    assert Alliance.objects.count() == 1
    assert not Redemption.objects.exists()
    assert not Client.objects.exists()


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_refusal_is_told_with_what_the_site_said(live_server: Any) -> None:
    from community.demo.visitors import OverTheNetwork

    with pytest.raises(Unexpected, match="404"):
        OverTheNetwork(live_server.url).get("/nothing/")
