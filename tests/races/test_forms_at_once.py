"""A form of the desk sent twice at the same moment, by two real threads: one acts, the other waits and is answered as it was."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client

from branches.models import Branch
from branches.shown_admin import DONE_BEFORE, answer_text
from core.answers.models import KeptAnswer
from core.answers.services import keep_answer, take_key
from core.clock import now
from tests.desk import signed_in
from tests.desk_deeds import FORMS, Form, make_desk, opened
from tests.threads import at_once, closing, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def two_of(browser: Client) -> list[Client]:
    """Two requests of one browser, each with a cookie jar of its own thread."""
    both = [Client(headers={"accept-language": "en"}) for _click in range(2)]
    for client in both:
        client.cookies.load(browser.cookies)
    return both


def copied(sent: dict[str, Any]) -> dict[str, Any]:
    """The form for one thread, with files of its own."""
    copy = dict(sent)
    for name, value in sent.items():
        if isinstance(value, io.BytesIO):
            copy[name] = io.BytesIO(value.getvalue())
            copy[name].name = "people.csv"
    return copy


def test_each_form_sent_by_two_threads_acts_once(request: pytest.FixtureRequest) -> None:
    world = make_desk(request)
    for form in FORMS:
        browser, address = signed_in(world.boss), form.address(world.row(form))
        sent, lines = opened(form, world, browser), LogEntry.objects.count()
        made = form.page.model._default_manager.count()

        def click(one: Client, address: str = address, sent: dict[str, Any] = sent) -> Any:
            return one.post(address, copied(sent))

        answers = at_once(click, two_of(browser))

        told = [[str(message) for message in get_messages(answer.wsgi_request)] for answer in answers]
        assert {answer.status_code for answer in answers} == {HTTPStatus.FOUND}, (form, told)
        assert len({answer.headers["Location"] for answer in answers}) == 1, (form, told)
        assert [str(DONE_BEFORE) in said for said in told].count(True) == 1, (form, told)
        assert LogEntry.objects.count() == lines + 1, form
        assert form.page.model._default_manager.count() == made + (form.name == "add"), form
    assert KeptAnswer.objects.count() == len(FORMS)


def test_the_second_waits_for_the_first_and_says_what_it_said(request: pytest.FixtureRequest) -> None:
    world, form = make_desk(request), Form("branches.branch", "add")
    browser, address = signed_in(world.boss), form.address(None)
    sent, branches = opened(form, world, browser), Branch.objects.count()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            taken, _first = take_key(user_id=world.boss.pk, key=sent["form_key"][0], at=now())
            second = pool.submit(closing(lambda: browser.post(address, sent)))
            wait_until_blocked()
            keep_answer(taken, answer=answer_text("/admin/there/"))
        answer = second.result()

    assert answer.headers["Location"] == "/admin/there/"
    assert Branch.objects.count() == branches


def test_a_first_that_fails_leaves_the_deed_to_the_second(request: pytest.FixtureRequest) -> None:
    world, form = make_desk(request), Form("branches.branch", "add")
    browser, address = signed_in(world.boss), form.address(None)
    sent, branches = opened(form, world, browser), Branch.objects.count()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_key(user_id=world.boss.pk, key=sent["form_key"][0], at=now())
            second = pool.submit(closing(lambda: browser.post(address, sent)))
            wait_until_blocked()
            transaction.set_rollback(True)
        answer = second.result()

    assert answer.status_code == HTTPStatus.FOUND
    assert Branch.objects.count() == branches + 1
