"""
Every form of the desk acts once, on what it showed: an hour later, back, twice, without its key, changed meanwhile.

The forms are found in the admin's registry: a new one is tried by itself.
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.contrib.messages import get_messages

from branches.choices import Role
from branches.services import grant_role
from branches.shown_admin import DONE_BEFORE
from core.answers.models import KeptAnswer
from core.answers.services import FormTooOld, forget_old_answers
from core.clock import now
from core.limits import FORM_AGE
from identity.models import User
from tests.clock import Clock
from tests.desk import Desk, signed_in
from tests.desk_deeds import ADD, FORMS, DeskWorld, change_something, everything, filled, make_desk, opened, undone
from tests.world import BEGINNING, PASSWORD, somebody

pytestmark = pytest.mark.django_db
HOUR: Final = 3600
CHANGED: Final = ["This changed since you looked at it. Nothing was done. Look at it again, then decide."]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> DeskWorld:
    return make_desk(request)


def told(answer: Any) -> list[str]:
    """The sentences that the answer leaves, in a message or in the form itself."""
    context = answer.context or {}
    drawn: Any = context["adminform"].form if "adminform" in context else context.get("form")
    errors = [str(error) for found in drawn.errors.values() for error in found] if hasattr(drawn, "errors") else []
    return [str(message) for message in get_messages(answer.wsgi_request)] + errors


def sent_again(sent: dict[str, Any]) -> dict[str, Any]:
    """The same form once more: a file is read from its beginning."""
    for value in sent.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return sent


def test_the_forms_are_found() -> None:
    assert len(FORMS) > 25
    assert {"decisions.approval-approve_them", "branches.bank-suspend", "earning.rule-change", "openapi.client-add"} <= set(map(str, FORMS))


def test_an_hour_later_each_acts_and_going_back_it_acts_no_more(world: DeskWorld, clock: Clock) -> None:
    for form in FORMS:
        with undone():
            browser, address = signed_in(world.boss), form.address(world.row(form))
            sent = opened(form, world, browser)
            clock.forward(HOUR)
            before = everything()

            first = browser.post(address, sent)

            assert first.status_code == HTTPStatus.FOUND, (form, told(first))
            after = everything()
            assert after != before, (form, told(first))
            again = browser.post(address, sent_again(sent))
            assert (again.status_code, again.headers["Location"]) == (HTTPStatus.FOUND, first.headers["Location"]), form
            assert told(again)[-1] == str(DONE_BEFORE), form
            assert everything() == after, form


def test_without_what_its_page_carried_none_does_anything(world: DeskWorld) -> None:
    keys: list[Any] = ["", "x", []]
    for form in FORMS:
        browser, address = signed_in(world.boss), form.address(world.row(form))
        sent = opened(form, world, browser)
        assert ("shown" in sent) is (form.name != ADD), form
        before = everything()
        wrong = [{**sent, "form_key": key} for key in keys] + ([{**sent, "shown": ""}] if form.name != ADD else [])

        assert [told(browser.post(address, sent_again(each)))[-1:] for each in wrong] == [CHANGED] * len(wrong), form
        assert everything() == before, form
    assert not KeptAnswer.objects.exists()


def test_of_a_row_that_changed_meanwhile_none_does_anything(world: DeskWorld) -> None:
    for form in FORMS:
        if (row := world.row(form)) is None or form.name == ADD:
            continue
        with undone():
            browser = signed_in(world.boss)
            sent = opened(form, world, browser)
            change_something(row)
            before = everything()

            assert told(browser.post(form.address(row), sent))[-1:] == CHANGED, form
            assert everything() == before, form
            assert not KeptAnswer.objects.exists(), form


def test_answers_are_kept_for_as_long_as_a_page_is_good(world: DeskWorld, clock: Clock) -> None:
    form = next(form for form in FORMS if str(form) == "branches.branch-add")
    browser, address = signed_in(world.boss), form.address(None)
    sent, left_open = opened(form, world, browser), opened(form, world, browser)
    browser.post(address, sent)
    clock.forward(FORM_AGE.total_seconds() - HOUR)
    assert forget_old_answers(at=now()) == 0
    assert told(browser.post(address, sent))[-1] == str(DONE_BEFORE)
    after = everything()

    clock.forward((timedelta(hours=1, minutes=1)).total_seconds())

    for each in (sent, left_open):
        assert told(browser.post(address, each))[-1:] == [str(FormTooOld())]
    assert everything() == after
    assert (forget_old_answers(at=now()), KeptAnswer.objects.count()) == (1, 0)


def test_none_acts_for_somebody_who_signed_in_since(world: DeskWorld) -> None:
    browser = Desk(enforce_csrf_checks=True, headers={"accept-language": "en"})
    sign_in(browser, "boss")
    drawn = []
    for form in FORMS:
        page = browser.get(form.address(world.row(form)))
        drawn.append((form, {**filled(form, page, world.row(form)), "csrfmiddlewaretoken": token_of(page)}))
    browser.post("/admin/logout/", {"csrfmiddlewaretoken": drawn[-1][1]["csrfmiddlewaretoken"], "form_key": ""})
    grant_role(actor=somebody(), user=User.objects.get(username="newcomer"), role=Role.OPERATOR, at=BEGINNING)
    sign_in(browser, "newcomer")
    before = everything()

    for form, sent in drawn:
        refused = browser.post(form.address(world.row(form)), sent)

        assert refused.status_code == HTTPStatus.FORBIDDEN, form
        assert "Nothing was sent." in refused.content.decode(), form
        assert "somebody else signed in here meanwhile" in refused.content.decode(), form
    assert everything() == before


def sign_in(browser: Desk, name: str) -> None:
    """By name and password, as people do."""
    page = browser.get("/admin/login/?next=/admin/")
    form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page), "form_key": ""}
    assert browser.post("/admin/login/?next=/admin/", form).status_code == HTTPStatus.FOUND


def token_of(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]
