"""Residents and cashiers sign in by a code sent to their phone."""

from __future__ import annotations

import re
from datetime import timedelta
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
from core.channels.services import inbox
from core.clock import now
from identity.models import SignInCode, User
from identity.queries import user_by_phone
from residents.models import Resident

pytestmark = pytest.mark.django_db
ASK, CONFIRM = "/sign-in/", "/sign-in/code/"
PHONE = "+8613800001001"


@pytest.fixture(autouse=True)
def _no_earlier_rates() -> None:
    cache.clear()


def ask(client: Client, phone: str = PHONE) -> Any:
    return client.post(ASK, {"phone": phone})


def newest_code() -> str:
    found = re.search(r"\d{6}", inbox(most=1)[0].text)
    assert found
    return found.group()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


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


def test_a_phone_gets_five_codes_an_hour(mei: Resident) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        answers = []
        for _ in range(6):
            answers.append(ask(Client()).status_code)
            clock.shift(61)

    assert answers == [HTTPStatus.FOUND] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert Message.objects.count() == 5


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
