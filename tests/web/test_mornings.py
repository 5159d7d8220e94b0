"""Half past seven in the morning where the alliance lives is half past eleven of the evening before by the database's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from branches.models import Bank
from core.clock import alliance_day, moment_cell, moment_text
from identity.models import User
from issuing.services.suspension import suspend_bank
from merchants.models import Cashier
from openapi.services import make_client
from redemptions.models import Checkout
from residents.models import Resident
from residents.services import freeze_wallet
from settlements.books import check_everything
from settlements.models import MerchantStatement
from settlements.sheets import SHEETS
from tests.decisions.world import adjustment_asked
from tests.journeys.reach_world import ReachWorld, make_reach_world
from tests.world import somebody
from tools.bench.pages import VIEWS, Eyes, admin_views

pytestmark = [pytest.mark.django_db, pytest.mark.long]
MORNING: Final = datetime(2026, 3, 19, 23, 30, tzinfo=UTC)  # 07:30 of March 20 in Shanghai
# What a page would say that forgot where it is: the evening, the day before, or a moment as Python writes it.
WRONG: Final = re.compile(
    r"\b23:30|\b11:30 p\.m\.|\+00:00|2026-03-19(?!T07:30| 07:30)|Mar\.? 19(?!, 2026, 07:30)|3月19日(?! 07:30)"
)  # the phones were enrolled a day before
# Scripts, and links to a day of a list: the day before has rows of its own.
NO_TEXT: Final = re.compile(r"<script.*?</script>|<style.*?</style>|<a href=\"\?[^\"]*__day=.*?</a>", re.DOTALL)
WITH_MOMENTS: Final = (
    "desk-decisions-approval",
    "desk-redemptions-checkout",
    "desk-settlements-merchantline",
    "desk-residents-resident-row",
)


@pytest.fixture
def morning(mei: Resident, bakery: Cashier, grocer: Cashier, operator: User, east: Bank, east_clerk: User) -> Iterator[ReachWorld]:
    """Everything happened this one morning."""
    with time_machine.travel(MORNING, tick=False):
        world = make_reach_world(mei=mei, bakery=bakery, grocer=grocer, operator=operator)
        adjustment_asked(east_clerk, bank=east, at=MORNING)
        make_client(actor=somebody(), bank=east, name="Core", scopes=["events:write"], at=MORNING)
        freeze_wallet(actor=somebody(), resident=mei, at=MORNING)
        suspend_bank(actor=somebody(), bank=east, at=MORNING)
        check_everything(at=MORNING)
        yield world


def browser_of(world: ReachWorld, eyes: Eyes, language: str) -> Client:
    client = Client(headers={"Accept-Language": language})
    if eyes in world.users:
        client.force_login(world.users[eyes], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_tells_the_time_of_the_alliance(morning: ReachWorld, mei: Resident, east: Bank, language: str) -> None:
    rows = {**morning.admin_rows, "residents.resident": mei.pk, "branches.bank": east.pk}
    browsers = {eyes: browser_of(morning, eyes, language) for eyes in Eyes}
    bodies: dict[str, str] = {}
    for view in (*VIEWS, *admin_views(rows)):
        answer = browsers[view.eyes].get(view.address.format(**morning.rows))
        if answer.status_code == HTTPStatus.OK and answer.headers["Content-Type"].startswith("text/html"):
            bodies[view.name] = NO_TEXT.sub("", answer.content.decode())

    wrong = {name: WRONG.findall(body)[:3] for name, body in bodies.items() if WRONG.search(body)}
    assert wrong == {}
    assert [name for name in WITH_MOMENTS if "07:30" not in bodies[name]] == []
    assert len(bodies) > len(VIEWS) // 2, "most pages answered"


def test_a_title_and_a_moment_made_by_hand_do_too(morning: ReachWorld, mei: Resident, east: Bank) -> None:
    client = browser_of(morning, Eyes.STAFF, "en")
    with override("en"):
        told = moment_text(MORNING)
        titles = [str(checkout) for checkout in Checkout.objects.all()]
    assert told == "Mar 20, 2026, 07:30"
    assert titles == [told] * len(titles)

    for page in (f"residents/resident/{mei.pk}", f"branches/bank/{east.pk}", f"redemptions/checkout/{Checkout.objects.earliest('pk').pk}"):
        assert told in client.get(f"/admin/{page}/change/").content.decode(), page


def test_every_export_does_too(morning: ReachWorld, tmp_path: Path) -> None:
    client = browser_of(morning, Eyes.STAFF, "en")
    day = alliance_day(MORNING)
    statement = MerchantStatement.objects.exclude(points=0).get()
    addresses = [f"settlements/businessday/{day}/{name}.csv" for name in SHEETS]
    addresses.append(f"settlements/merchantstatement/{statement.pk}/lines.csv")

    files = {address: b"".join(streamed(client.get(f"/admin/{address}"))).decode() for address in addresses}
    out = StringIO()
    call_command("statements", day=day, out=tmp_path, stdout=out)
    files.update({path.name: path.read_text() for path in tmp_path.iterdir()})

    assert {name: WRONG.findall(text) for name, text in files.items() if WRONG.search(text)} == {}
    assert WRONG.findall(out.getvalue()) == []
    with_lines = [name for name in files if "lines" in name and "issuer" not in name]
    assert len(with_lines) == 3
    assert all(moment_cell(MORNING) in files[name] for name in with_lines)
    assert moment_cell(MORNING) == "2026-03-20T07:30:00+08:00"


def streamed(answer: Any) -> Iterator[bytes]:
    assert answer.status_code == HTTPStatus.OK
    return iter(answer.streaming_content)
