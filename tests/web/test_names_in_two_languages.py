"""A page is in the reader's language alone: no name of a rule, merchant, outlet or neighborhood in the other one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from django.utils.translation import override

from branches.models import Neighborhood
from core.bilingual import Bilingual
from core.clock import alliance_day, now
from earning.choices import RuleKind
from earning.events import EventIn
from earning.models import Rule
from earning.services.rules import VersionTerms
from identity.models import User
from merchants.models import Cashier, Merchant, Outlet
from merchants.queries import outlets_near
from merchants.services import appoint_cashier, open_outlet
from residents.models import Resident
from tests.earning.world import RULES_START, make_active_rule, send
from tests.journeys.reach_world import ReachWorld, make_reach_world
from tests.redemptions.world import scanned
from tests.settlements.world import redeem
from tests.world import somebody
from tools.bench.pages import POLLS, STEPS, VIEWS, Eyes
from tools.bench.queries import BACKEND, HOST

pytestmark = pytest.mark.django_db
KINDS: Final[dict[type[Bilingual], str]] = {Rule: "规则", Merchant: "商户", Outlet: "网点", Neighborhood: "小区"}
SENT_OR_DRAWN: Final = {"inbox", "look"}  # texts as they were sent, in the language of whoever got them; the parts of the look
CHINESE: Final = re.compile("[\u4e00-\u9fff]")
ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
LANGUAGES: Final = ("en", "zh-hans")


@pytest.fixture
def world(mei: Resident, bakery: Cashier, grocer: Cashier, operator: User) -> ReachWorld:
    """Something on every page, an open scan and a second outlet among it, and everything with a name in both languages."""
    made = make_reach_world(mei=mei, bakery=bakery, grocer=grocer, operator=operator)
    outlet = bakery.outlet
    second = open_outlet(actor=somebody(), merchant=outlet.merchant, neighborhood=outlet.neighborhood, name="Second", at=now())
    appoint_cashier(actor=somebody(), outlet=second, phone="+8613900000001", name="Bao", at=now())
    Cashier.objects.filter(outlet=second).update(user=bakery.user)
    _what_has_no_word_or_receipt_of_ours(mei, bakery)
    scanned(mei, bakery, at=now())
    for kind, word in KINDS.items():
        for number, row in enumerate(kind._default_manager.order_by("pk")):
            kind._default_manager.filter(pk=row.pk).update(name=f"{word}第{number}号", name_en=f"{kind.__name__} No. {number}.")
    return made


def _what_has_no_word_or_receipt_of_ours(mei: Resident, bakery: Cashier) -> None:
    """A deed that pages know by the rule's name only, and points that went to a merchant without a receipt."""
    east = mei.links.get().bank
    terms = VersionTerms(kind=RuleKind.FIXED, points=5, starts_on=RULES_START)
    make_active_rule(bank=east, code="R9", event_type="quiz.passed", terms=terms)
    send(east, EventIn("quiz-1", "quiz.passed", "1001", now(), None, "", None, "/core"), at=now())
    redeem(mei, bakery, 7, at=now())


def names(language: str) -> Iterator[tuple[type[Bilingual], str, str]]:
    """Every name: its kind, as it reads in this language, and as it reads in the other one."""
    for kind in KINDS:
        for row in kind._default_manager.all():
            yield kind, *((row.name_en, row.name) if language == "en" else (row.name, row.name_en))


def addresses(eyes: Eyes) -> Iterator[str]:
    """What these eyes look at: pages, what pages ask for, and files to take home."""
    yield from (view.address for view in (*VIEWS, *POLLS) if view.eyes is eyes and view.name not in SENT_OR_DRAWN)
    if eyes is Eyes.CASHIER:
        yield from (f"/merchant/statements/?file={alliance_day(now()):%Y-%m}", "/merchant/statements/{statement}/?file=1")


def text_of(answer: Any) -> str:
    """The answer with what JSON spells by numbers written out."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), answer.content.decode())


def read_all(world: ReachWorld, language: str) -> dict[str, str]:
    """The text of all of it."""
    found = {}
    for eyes in set(Eyes) - {Eyes.STAFF}:
        client = Client(SERVER_NAME=HOST)
        client.cookies["django_language"] = language
        if eyes in world.users:
            client.force_login(world.users[eyes], backend=BACKEND)
        for address in addresses(eyes):
            found[f"{eyes.value} {address}"] = text_of(client.get(address.format(**world.rows)))
        for step in (step for step in STEPS.values() if step.eyes is eyes):
            filled = {field.removeprefix("#id_"): text for field, text in step.fields.items()}
            found[f"{eyes.value} {step.name}"] = text_of(client.post(step.begins, filled, follow=True))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_a_name_in_the_other_language(world: ReachWorld, language: str) -> None:
    pages = read_all(world, language)

    for _kind, _own, other in names(language):
        assert [where for where, text in pages.items() if other in text] == [], other
    assert {kind for kind, own, _other in names(language) if any(own in text for text in pages.values())} == set(KINDS)
    if language == "en":  # not even the first character of a name, in place of a picture
        assert [where for where, text in pages.items() if CHINESE.search(text.replace("中文", ""))] == []


def test_a_name_with_no_english_is_shown_as_it_is() -> None:
    outlet = Outlet(name="老街面包房")

    with override("en"):
        assert outlet.display_name == "老街面包房"
        outlet.name_en = "Old Street Bakery"
        assert outlet.display_name == "Old Street Bakery"
    with override("zh-hans"):
        assert outlet.display_name == "老街面包房"


def test_outlets_near_stand_in_the_order_of_the_names_that_are_read(bakery: Cashier, grocer: Cashier) -> None:
    area = bakery.outlet.neighborhood
    Outlet.objects.filter(pk=bakery.outlet_id).update(name="一", name_en="Zeta")
    Outlet.objects.filter(pk=grocer.outlet_id).update(name="二", name_en="Alpha", neighborhood=area)

    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = [outlet.display_name for outlet in outlets_near(neighborhood_id=area.pk, branch_ids=[])]

    assert found == {"en": ["Alpha", "Zeta"], "zh-hans": ["一", "二"]}
