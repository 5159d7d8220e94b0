"""Residents and cashiers sign in by a code sent to their phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from core.channels.models import Message
from core.clock import now
from core.limits import SIGN_IN_CODES_PER_HOUR_NETWORK
from identity.models import SignInCode, User
from identity.queries import user_by_phone
from residents.models import Resident
from tests.identity.world import newest_code, wrong
from web.sign_in.browsers import COOKIE

pytestmark = pytest.mark.django_db
ASK, CONFIRM = "/sign-in/", "/sign-in/code/"
PHONE = "+8613800001001"


@pytest.fixture(autouse=True)
def _no_earlier_rates() -> None:
    cache.clear()


def ask(client: Client, phone: str = PHONE) -> Any:
    return client.post(ASK, {"phone": phone})


def sign_in(client: Client) -> None:
    ask(client)
    client.post(CONFIRM, {"code": newest_code()})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_phone_and_its_code_sign_in(client: Client, mei: Resident) -> None:
    assert ask(client).headers["Location"] == CONFIRM

    answer = client.post(CONFIRM, {"code": newest_code()})

    assert answer.headers["Location"] == reverse("landing")
    assert client.session["_auth_user_id"] == str(mei.user_id)


def test_an_unknown_phone_gets_the_same_answers_and_becomes_a_user(client: Client, mei: Resident) -> None:
    known = ask(Client())
    unknown = ask(client, "139 0000 7777")

    assert (unknown.status_code, unknown.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert user_by_phone(phone="+8613900007777") is None
    client.post(CONFIRM, {"code": newest_code()})
    user = user_by_phone(phone="+8613900007777")
    assert user is not None
    assert client.session["_auth_user_id"] == str(user.pk)


def test_no_phone_number_is_told_so(client: Client, db: None) -> None:
    answer = ask(client, "call me")

    assert answer.status_code == HTTPStatus.OK
    assert not User.objects.exists()
    assert not Message.objects.exists()


def test_five_wrong_codes_and_the_right_one_is_no_longer_good(client: Client, mei: Resident) -> None:
    ask(client)
    code = newest_code()
    for _ in range(5):
        client.post(CONFIRM, {"code": wrong(code)})

    client.post(CONFIRM, {"code": code})

    assert not signed_in(client)
    assert SignInCode.objects.get().tries == 5


def test_a_copied_session_gives_no_further_tries(client: Client, mei: Resident) -> None:
    ask(client)
    code, cookie = newest_code(), client.cookies["sessionid"].value
    state = Session.objects.get(pk=cookie).session_data
    for _ in range(5):
        client.post(CONFIRM, {"code": wrong(code)})
        Session.objects.filter(pk=cookie).update(session_data=state)

    client.post(CONFIRM, {"code": code})

    assert not signed_in(client)


def test_a_code_is_used_once(client: Client, mei: Resident) -> None:
    ask(client)
    code, cookie = newest_code(), client.cookies["sessionid"].value
    state = Session.objects.get(pk=cookie).session_data
    client.post(CONFIRM, {"code": code})
    assert signed_in(client)

    Session.objects.create(session_key=cookie, session_data=state, expire_date=now() + timedelta(days=1))
    other = Client()
    other.cookies["sessionid"] = cookie
    other.post(CONFIRM, {"code": code})

    assert not signed_in(other)


@pytest.mark.parametrize(("seconds", "good"), [(299, True), (301, False)])
def test_a_code_lives_five_minutes(client: Client, mei: Resident, seconds: int, good: bool) -> None:  # noqa: FBT001
    with time_machine.travel(now(), tick=False) as clock:
        ask(client)
        code = newest_code()
        clock.shift(seconds)
        client.post(CONFIRM, {"code": code})

    assert signed_in(client) is good


def test_a_phone_is_sent_a_few_codes_an_hour_and_told_until_when(mei: Resident) -> None:
    with time_machine.travel(datetime(2026, 3, 5, 4, 0, tzinfo=UTC), tick=False):
        answers = [ask(Client()) for _ in range(SIGN_IN_CODES_PER_HOUR_NETWORK + 1)]

    assert [answer.status_code for answer in answers] == [HTTPStatus.FOUND] * SIGN_IN_CODES_PER_HOUR_NETWORK + [
        HTTPStatus.TOO_MANY_REQUESTS
    ]
    assert "从这里要了太多次验证码" in answers[-1].content.decode()
    assert "13:01" in answers[-1].content.decode()
    assert Message.objects.count() == SIGN_IN_CODES_PER_HOUR_NETWORK


def test_a_browser_that_signed_in_before_passes_what_strangers_filled(client: Client, mei: Resident) -> None:
    sign_in(client)
    client.post("/sign-out/")
    for _ in range(SIGN_IN_CODES_PER_HOUR_NETWORK):
        ask(Client())
    assert ask(Client()).status_code == HTTPStatus.TOO_MANY_REQUESTS

    sign_in(client)

    assert signed_in(client)
    assert client.cookies[COOKIE]["httponly"]


@pytest.mark.parametrize("value", ["", "x", "{}:1tk:x"])
def test_a_browser_makes_no_cookie_of_its_own(client: Client, mei: Resident, value: str) -> None:
    client.cookies[COOKIE] = value
    for _ in range(SIGN_IN_CODES_PER_HOUR_NETWORK):
        ask(Client())

    assert ask(client).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_behind_a_proxy_each_network_has_its_own_counts(settings: Settings, mei: Resident) -> None:
    def ask_from(forwarded: str) -> int:
        status: int = Client(headers={"X-Forwarded-For": forwarded}).post(ASK, {"phone": PHONE}).status_code
        return status

    for number in range(SIGN_IN_CODES_PER_HOUR_NETWORK):
        assert ask_from(f"10.0.{number}.1") == HTTPStatus.FOUND  # invented: nobody is in front
    assert ask_from("10.1.0.1") == HTTPStatus.TOO_MANY_REQUESTS

    settings.TRUSTED_PROXIES = 1

    for number in range(SIGN_IN_CODES_PER_HOUR_NETWORK):
        assert ask_from(f"10.2.{number}.1, 203.0.113.{number}") == HTTPStatus.FOUND
    assert ask_from("10.3.0.1, 203.0.113.99") == HTTPStatus.TOO_MANY_REQUESTS
    assert ask_from("203.0.113.99, 198.51.100.1") == HTTPStatus.FOUND


def test_an_address_asks_twenty_times_a_minute(settings: Settings, mei: Resident) -> None:
    settings.TRUSTED_PROXIES = 1
    with time_machine.travel(now(), tick=False):
        answers = [
            Client(headers={"X-Forwarded-For": "203.0.113.7"}).post(ASK, {"phone": f"138000070{number:02d}"}).status_code
            for number in range(21)
        ]
        other = Client(headers={"X-Forwarded-For": "203.0.113.8"}).post(ASK, {"phone": PHONE}).status_code

    assert answers == [HTTPStatus.FOUND] * 20 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert other == HTTPStatus.FOUND


def test_wrong_codes_are_told_with_the_tries_that_are_left(client: Client, mei: Resident) -> None:
    ask(client)
    code = newest_code()

    answers = [client.post(CONFIRM, {"code": typed}).content.decode() for typed in ("12 34", *[wrong(code)] * 5, code)]

    assert "验证码是6位数字" in answers[0]
    assert [f"还可以试{left}次" in answer for left, answer in zip((4, 3, 2, 1), answers[1:5], strict=True)] == [True] * 4
    assert ["不能再用" in answer for answer in answers[5:]] == [True] * 2
    assert not signed_in(client)


def test_a_text_that_could_not_be_sent_is_told(client: Client, mei: Resident, settings: Settings) -> None:
    settings.SMS_URL = "http://127.0.0.1:1/"
    answer = ask(client)
    assert (answer.status_code, "短信没有发出去" in answer.content.decode()) == (HTTPStatus.SERVICE_UNAVAILABLE, True)

    settings.SMS_URL = ""

    assert ask(client).headers["Location"] == CONFIRM


def test_without_having_asked_there_is_no_code_to_type(client: Client, db: None) -> None:
    assert client.get(CONFIRM).headers["Location"] == ASK
    assert client.post(f"{CONFIRM}?next=/history/", {"code": "123456"}).headers["Location"] == f"{ASK}?next=%2Fhistory%2F"


def test_the_way_back_is_kept_through_both_steps(client: Client, mei: Resident) -> None:
    to_code = client.post(f"{ASK}?next=/history/", {"phone": PHONE}).headers["Location"]

    assert client.post(to_code, {"code": newest_code()}).headers["Location"] == "/history/"
    assert Client().post(f"{ASK}?next=https://elsewhere.example/", {"phone": PHONE}).headers["Location"] == CONFIRM


@pytest.mark.parametrize(
    ("typed", "words"),
    [("1380000", "手机号应为11位，请检查"), ("021-61234567", "不是手机号"), ("+852 9123 4567", "+86"), ("call me", "这不是电话号码")],
)
def test_a_number_that_gets_no_texts_is_told_why(client: Client, mei: Resident, typed: str, words: str) -> None:
    page = ask(client, typed).content.decode()

    assert words in page
    assert not Message.objects.exists()
    assert re.search(r'<input[^>]* name="phone"[^>]* autofocus', page)
    assert ask(client, "１３８-0000 1001\u200b").headers["Location"] == CONFIRM


def test_neither_phone_nor_code_lies_in_clear_in_the_database(client: Client, mei: Resident) -> None:
    ask(client)
    code = newest_code()
    texts = [str(row) for model in (User, SignInCode, Message) for row in model.objects.values_list()]
    texts += [str(session.get_decoded()) for session in Session.objects.all()]

    assert not [text for text in texts if PHONE in text or PHONE[3:] in text or code in text]


def test_one_who_may_not_sign_in_gets_no_code(client: Client, mei: Resident) -> None:
    User.objects.filter(resident=mei).update(is_active=False)

    ask(client)

    assert not Message.objects.exists()
    assert not signed_in(client)


def test_signing_out_takes_a_post(client: Client, mei: Resident) -> None:
    assert mei.user
    client.force_login(mei.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/sign-out/")
    assert signed_in(client)

    client.post("/sign-out/")

    assert not signed_in(client)


def test_the_inbox_is_there_only_when_embedded(client: Client, mei: Resident, settings: Settings) -> None:
    ask(client)
    assert newest_code() in client.get("/dev/inbox/").content.decode()

    settings.EMBEDDED = False

    assert client.get("/dev/inbox/").status_code == HTTPStatus.NOT_FOUND
