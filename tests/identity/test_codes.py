"""Codes that prove a phone: bounded, also when asked at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from core.channels.services import inbox
from core.limits import SIGN_IN_CODE_TRIES, SIGN_IN_CODES_PER_DAY, SIGN_IN_CODES_PER_HOUR, SIGN_IN_WRONG_PER_DAY
from identity.models import SignInCode, User
from identity.services import check_code, send_code, user_with_phone
from identity.services.codes import SignInCodeRefused, TooManyCodes
from tests.world import BEGINNING as NOON


def code_of(user: User, *, hours: int = 0) -> str:
    send_code(user=user, at=NOON + timedelta(hours=hours))
    found = re.search(r"\d{6}", inbox(most=1)[0].text)
    assert found
    return found.group()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.fixture
def user(db: None) -> User:
    return user_with_phone(phone="13800138000")


def test_the_newest_code_opens_once(user: User) -> None:
    old, new = code_of(user), code_of(user)
    if old != new:
        with pytest.raises(SignInCodeRefused):
            check_code(user=user, typed=old, at=NOON)

    check_code(user=user, typed=f" {new} ", at=NOON)

    with pytest.raises(SignInCodeRefused):
        check_code(user=user, typed=new, at=NOON)


def test_someone_elses_code_opens_nothing(user: User) -> None:
    code = code_of(user)
    other = user_with_phone(phone="13800138001")

    with pytest.raises(SignInCodeRefused):
        check_code(user=other, typed=code, at=NOON)

    check_code(user=user, typed=code, at=NOON)


def test_codes_are_sent_a_few_an_hour_and_a_few_a_day(user: User) -> None:
    for _ in range(SIGN_IN_CODES_PER_HOUR):
        send_code(user=user, at=NOON)
    with pytest.raises(TooManyCodes):
        send_code(user=user, at=NOON)
    for hours in range(2, 2 + SIGN_IN_CODES_PER_DAY - SIGN_IN_CODES_PER_HOUR):
        send_code(user=user, at=NOON + timedelta(hours=hours))

    with pytest.raises(TooManyCodes):
        send_code(user=user, at=NOON + timedelta(hours=20))

    assert SignInCode.objects.count() == SIGN_IN_CODES_PER_DAY


def test_new_codes_give_no_endless_tries(user: User) -> None:
    for hours in range(0, 2 * SIGN_IN_WRONG_PER_DAY // SIGN_IN_CODE_TRIES, 2):
        code = code_of(user, hours=hours)
        for _ in range(SIGN_IN_CODE_TRIES):
            with pytest.raises(SignInCodeRefused):
                check_code(user=user, typed=wrong(code), at=NOON + timedelta(hours=hours))
    code = code_of(user, hours=20)

    with pytest.raises(SignInCodeRefused):
        check_code(user=user, typed=code, at=NOON + timedelta(hours=20))


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_tries_at_once_are_counted_one_by_one() -> None:
    user = user_with_phone(phone="13800138000")
    code = code_of(user)

    def guess(_number: int) -> None:
        try:
            with pytest.raises(SignInCodeRefused):
                check_code(user=user, typed=wrong(code), at=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(16)))

    assert SignInCode.objects.get().tries == SIGN_IN_CODE_TRIES
    with pytest.raises(SignInCodeRefused):
        check_code(user=user, typed=code, at=NOON)
