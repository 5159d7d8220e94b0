"""Codes that prove a phone: good where they were asked for; counted for whoever tries, also when asked at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import translation
from pytest_django import Settings

from core import limits
from core.channels.models import Message
from core.channels.services import MessageNotSent
from core.limits import SIGN_IN_CODE_TRIES
from identity.models import SignInCode, User
from identity.services import check_code, end_sessions, forget_old_codes, send_code, user_with_phone
from identity.services.quotas import TooManyCodes, TooManyCodesForPhone, TooManyCodesInAll, TooManyTries, TooManyTriesForPhone
from identity.services.sign_in_codes import SignInCodeNotDigits, SignInCodeOver, SignInCodeWrong
from identity.visitors import USERS_REMEMBERED, Visitor
from tests.identity.world import ELSEWHERE, HERE, known_browser, newest_code, sent_code, stranger, wrong
from tests.world import BEGINNING as NOON

PHONE, OTHER_PHONE = "+8613800138000", "+8613700137000"
pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def guess_wrong(phone: str, visitor: Visitor, *, times: int, at: Any = NOON) -> None:
    """Type wrong codes, of as many texts as that takes, an hour apart."""
    for number in range(times):
        later = at + number // SIGN_IN_CODE_TRIES * HOUR
        if number % SIGN_IN_CODE_TRIES == 0:
            code = sent_code(phone, visitor, at=later)
        with pytest.raises((SignInCodeWrong, SignInCodeOver, TooManyTries, TooManyTriesForPhone)):
            check_code(phone=phone, visitor=visitor, typed=wrong(code), at=later)


def test_the_newest_code_opens_once() -> None:
    visitor = stranger()
    old, new = (sent_code(PHONE, visitor, at=NOON + seconds * timedelta(seconds=1)) for seconds in range(2))
    if old != new:
        with pytest.raises(SignInCodeWrong, match="Tries left: 4"):
            check_code(phone=PHONE, visitor=visitor, typed=old, at=NOON + MINUTE)

    user = check_code(phone=PHONE, visitor=visitor, typed=new, at=NOON + MINUTE)

    assert User.objects.get() == user
    with pytest.raises(SignInCodeOver):
        check_code(phone=PHONE, visitor=visitor, typed=new, at=NOON + MINUTE)


def test_a_user_is_made_when_the_code_was_right() -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)
    with pytest.raises(SignInCodeWrong):
        check_code(phone=PHONE, visitor=visitor, typed=wrong(code), at=NOON)
    assert not User.objects.exists()

    user = check_code(phone=PHONE, visitor=visitor, typed=code, at=NOON)

    assert list(User.objects.all()) == [user]


@pytest.mark.parametrize("spelling", ["{0} {1}", "{0}-{1}", " {0}{1}\u200b", "{0}\u2009{1}", "{0}{1}\r\n"])
def test_a_code_is_the_same_however_it_is_spelled(spelling: str) -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)

    check_code(phone="138-0013 8000", visitor=visitor, typed=spelling.format(code[:3], code[3:]), at=NOON)


def test_a_code_in_full_width_digits_is_right() -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)

    check_code(phone=PHONE, visitor=visitor, typed=code.translate({ord("0") + n: 0xFF10 + n for n in range(10)}), at=NOON)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345x", "½23456", "\ud800"])
def test_what_cannot_be_a_code_is_no_try(typed: str) -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)

    with pytest.raises(SignInCodeNotDigits):
        check_code(phone=PHONE, visitor=visitor, typed=typed, at=NOON)

    assert SignInCode.objects.get().tries == 0
    check_code(phone=PHONE, visitor=visitor, typed=code, at=NOON)


def test_a_code_is_good_for_its_phone_in_its_browser_alone() -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)

    with pytest.raises(SignInCodeOver):
        check_code(phone=OTHER_PHONE, visitor=visitor, typed=code, at=NOON)
    with pytest.raises(SignInCodeOver):
        check_code(phone=PHONE, visitor=stranger(), typed=code, at=NOON)

    check_code(phone=PHONE, visitor=visitor, typed=code, at=NOON)


def test_a_strangers_wrong_codes_spoil_nobody_elses() -> None:
    owner = stranger()
    code = sent_code(PHONE, owner, at=NOON)
    thief = stranger()

    guess_wrong(PHONE, thief, times=SIGN_IN_CODE_TRIES)

    check_code(phone=PHONE, visitor=owner, typed=code, at=NOON)


def test_tries_of_a_browser_are_bounded_and_its_end_is_said() -> None:
    thief = stranger()
    guess_wrong(PHONE, thief, times=limits.SIGN_IN_WRONG_PER_DAY)

    with pytest.raises(TooManyTries, match="Wait until"):
        send_code(phone=PHONE, visitor=thief, at=NOON + 5 * HOUR)

    assert sent_code(PHONE, stranger(), at=NOON + 5 * HOUR)
    assert sent_code(PHONE, thief, at=NOON + 24 * HOUR + MINUTE)


def test_browsers_made_anew_give_a_network_no_endless_tries() -> None:
    for number in range(limits.SIGN_IN_WRONG_PER_DAY_NETWORK // SIGN_IN_CODE_TRIES):
        guess_wrong(PHONE, stranger(), times=SIGN_IN_CODE_TRIES, at=NOON + number * HOUR)

    with pytest.raises(TooManyTries):
        send_code(phone=PHONE, visitor=stranger(), at=NOON + 5 * HOUR)

    assert sent_code(PHONE, stranger(ELSEWHERE), at=NOON + 5 * HOUR)
    assert sent_code(OTHER_PHONE, stranger(), at=NOON + 5 * HOUR)


def test_strangers_together_guess_at_no_phone_for_ever_and_lock_no_known_browser_out() -> None:
    user, known = known_browser(PHONE, at=NOON - 30 * HOUR)
    for number in range(limits.SIGN_IN_WRONG_PER_DAY_PHONE // SIGN_IN_CODE_TRIES):
        guess_wrong(PHONE, stranger(f"10.0.{number}.0/24"), times=SIGN_IN_CODE_TRIES, at=NOON + number * MINUTE)

    with pytest.raises(TooManyTriesForPhone):
        send_code(phone=PHONE, visitor=stranger(ELSEWHERE), at=NOON + HOUR)

    code = sent_code(PHONE, known, at=NOON + HOUR)
    assert check_code(phone=PHONE, visitor=known, typed=code, at=NOON + HOUR) == user


def test_a_browser_that_was_signed_out_everywhere_is_a_stranger_again() -> None:
    user, known = known_browser(PHONE, at=NOON - 30 * HOUR)
    for number in range(limits.SIGN_IN_CODES_PER_DAY_PHONE):
        send_code(phone=PHONE, visitor=stranger(f"10.0.{number}.0/24"), at=NOON)
    end_sessions(actor=user, user=user, at=NOON)

    with pytest.raises(TooManyCodesForPhone):
        send_code(phone=PHONE, visitor=known, at=NOON)

    user.refresh_from_db()
    assert sent_code(PHONE, known.having(user), at=NOON)


def test_a_known_browser_is_bounded_too() -> None:
    _user, known = known_browser(PHONE, at=NOON - 30 * HOUR)
    for _ in range(limits.SIGN_IN_CODES_PER_HOUR_KNOWN):
        send_code(phone=PHONE, visitor=known, at=NOON)
    with pytest.raises(TooManyCodes):
        send_code(phone=PHONE, visitor=known, at=NOON)

    guess_wrong(PHONE, known, times=limits.SIGN_IN_WRONG_PER_DAY_KNOWN, at=NOON + HOUR)

    with pytest.raises(TooManyTries):
        send_code(phone=PHONE, visitor=known, at=NOON + 6 * HOUR)


def test_codes_are_sent_to_a_browser_a_few_an_hour_and_a_few_a_day() -> None:
    visitor = stranger()
    for _ in range(limits.SIGN_IN_CODES_PER_HOUR):
        send_code(phone=PHONE, visitor=visitor, at=NOON)
    with pytest.raises(TooManyCodes, match="Wait until 01:01, then"):
        send_code(phone=PHONE, visitor=visitor, at=NOON)
    for hours in range(2, 2 + limits.SIGN_IN_CODES_PER_DAY - limits.SIGN_IN_CODES_PER_HOUR):
        send_code(phone=PHONE, visitor=visitor, at=NOON + hours * HOUR)

    with pytest.raises(TooManyCodes, match="Wait until Mar 2 00:01, then"):
        send_code(phone=PHONE, visitor=visitor, at=NOON + 20 * HOUR)

    assert SignInCode.objects.count() == Message.objects.count() == limits.SIGN_IN_CODES_PER_DAY
    assert sent_code(PHONE, stranger(), at=NOON + 20 * HOUR)


def test_a_networks_strangers_get_a_few_for_a_phone_and_no_flood_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(limits.SIGN_IN_CODES_PER_HOUR_NETWORK):
        send_code(phone=PHONE, visitor=stranger(), at=NOON)
    with pytest.raises(TooManyCodes):
        send_code(phone=PHONE, visitor=stranger(), at=NOON)
    assert sent_code(PHONE, stranger(ELSEWHERE), at=NOON)
    assert sent_code(OTHER_PHONE, stranger(), at=NOON)

    monkeypatch.setattr(limits, "SIGN_IN_CODES_PER_DAY_ALL_PHONES", SignInCode.objects.count() - 1)

    with pytest.raises(TooManyCodes):
        send_code(phone="+8613600136000", visitor=stranger(), at=NOON)
    assert sent_code("+8613600136000", stranger(ELSEWHERE), at=NOON)


def test_numbers_that_follow_each_other_get_a_bounded_number_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIGN_IN_CODES_PER_DAY_PREFIX", 3)
    for number in range(3):
        send_code(phone=f"+861380013800{number}", visitor=stranger(f"10.0.{number}.0/24"), at=NOON)

    with pytest.raises(TooManyCodesInAll):
        send_code(phone="+8613800139999", visitor=stranger(ELSEWHERE), at=NOON)

    assert sent_code("+8613800148000", stranger(ELSEWHERE), at=NOON)


def test_the_last_part_of_a_day_is_for_phones_with_a_user_and_nobody_learns_which(monkeypatch: pytest.MonkeyPatch) -> None:
    user, known = known_browser(PHONE, at=NOON - 30 * HOUR)
    monkeypatch.setattr(limits, "SIGN_IN_CODES_PER_DAY_IN_ALL", 5)
    for number in range(4):
        assert not send_code(phone=f"+861350013500{number}", visitor=stranger(), at=NOON).only_to_known
    texts, newcomer, moved = Message.objects.count(), stranger(ELSEWHERE), stranger(ELSEWHERE)

    told = send_code(phone=OTHER_PHONE, visitor=newcomer, at=NOON)
    assert Message.objects.count() == texts
    assert send_code(phone=PHONE, visitor=moved, at=NOON) == told
    assert told.only_to_known
    assert Message.objects.count() == texts + 1
    for phone, visitor in ((OTHER_PHONE, newcomer), (PHONE, moved)):
        with pytest.raises((SignInCodeWrong, SignInCodeOver)) as refused:
            check_code(phone=phone, visitor=visitor, typed=wrong(newest_code()), at=NOON)
        assert str(refused.value).endswith("4.")
    with pytest.raises(TooManyCodesInAll):
        send_code(phone=PHONE, visitor=known, at=NOON)
    assert list(User.objects.all()) == [user]


def test_a_text_that_could_not_be_sent_is_not_counted(settings: Settings) -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)
    settings.SMS_URL = "http://127.0.0.1:1/"  # nobody listens there
    for _ in range(limits.SIGN_IN_CODES_PER_DAY + 1):
        with pytest.raises(MessageNotSent, match="could not be sent"):
            send_code(phone=PHONE, visitor=visitor, at=NOON)

    settings.SMS_URL = ""

    assert SignInCode.objects.count() == 1
    check_code(phone=PHONE, visitor=visitor, typed=code, at=NOON)
    assert sent_code(PHONE, visitor, at=NOON)


def test_old_codes_are_forgotten() -> None:
    for hours in (0, 47, 49):
        send_code(phone=PHONE, visitor=stranger(), at=NOON - hours * HOUR)

    assert forget_old_codes(at=NOON) == 1
    assert forget_old_codes(at=NOON) == 0
    assert SignInCode.objects.count() == 2


def test_a_browser_remembers_its_newest_users() -> None:
    visitor = stranger()
    users = [user_with_phone(phone=f"+861380013800{number}") for number in range(USERS_REMEMBERED + 1)]
    for user in users:
        visitor = visitor.having(user)

    assert [visitor.knows(user) for user in users] == [False] + [True] * USERS_REMEMBERED
    assert visitor.having(users[1]).having(users[0]).knows(users[1])
    assert not visitor.knows(None)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_tries_at_once_are_counted_one_by_one() -> None:
    visitor = stranger()
    code = sent_code(PHONE, visitor, at=NOON)

    def guess(_number: int) -> None:
        try:
            with pytest.raises((SignInCodeWrong, SignInCodeOver)):
                check_code(phone=PHONE, visitor=visitor, typed=wrong(code), at=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(16)))

    assert SignInCode.objects.get().tries == SIGN_IN_CODE_TRIES
    with pytest.raises(SignInCodeOver):
        check_code(phone=PHONE, visitor=visitor, typed=code, at=NOON)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_codes_asked_for_at_once_are_counted_one_by_one() -> None:
    def ask(_number: int) -> int:
        try:
            send_code(phone=PHONE, visitor=stranger(HERE), at=NOON)
        except TooManyCodes:
            return 0
        else:
            return 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        sent = sum(pool.map(ask, range(16)))

    assert sent == SignInCode.objects.count() == limits.SIGN_IN_CODES_PER_HOUR_NETWORK
