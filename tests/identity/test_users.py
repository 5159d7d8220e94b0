"""Users: staff by name, others by phone; sessions that end everywhere at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connections, transaction
from django.test import Client
from pytest_django import Settings

from core.channels.reach import PhoneCountryNotServed, PhoneNotMobile
from core.channels.services import inbox, send_text
from core.errors import DomainError, NotFound
from identity.access import user_for
from identity.models import User
from identity.phones import PhoneLengthWrong, PhoneNotValid, masked_phone, mobile_phone, normal_phone
from identity.queries import phone_of, user_by_phone
from identity.services import end_sessions, make_staff, user_with_phone
from identity.services.users import PasswordTooWeak, UsernameTaken
from tests.world import BEGINNING, PASSWORD, somebody


@pytest.mark.parametrize(
    "spelling",
    [
        "13800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "＋８６　１３８　００１３　８０００",
        "138 0013 8000\u200b",
        "\u202a13800138000\u202c",
        "(138) 0013.8000",
    ],
)
def test_one_phone_has_one_spelling(spelling: str) -> None:
    assert normal_phone(spelling) == "+8613800138000"


@pytest.mark.parametrize("text", ["", "call me", "12", "+999999999999999999", "1380013800013800138000", "138CALLME00", "13800138000x5"])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(PhoneNotValid):
        normal_phone(text)


@pytest.mark.parametrize("text", ["1380013", "138001380001", "+86 1380013800", "１３８００１３８００"])
def test_digits_too_few_or_too_many_are_told_so(text: str) -> None:
    with pytest.raises(PhoneLengthWrong, match="手机号应为11位，请检查"):
        mobile_phone(text)


OUT_OF_REACH: Final = {
    "landline": ("021-6123 4567", PhoneNotMobile),
    "hotline": ("400 123 4567", PhoneNotMobile),
    "a bank's short number": ("95588", PhoneNotMobile),
    "premium": ("16812345678", PhoneNotMobile),
    "possible and never given out": ("14012345678", PhoneNotMobile),
    "Chinese satellite": ("13491234567", PhoneNotMobile),
    "Tiantong satellite": ("17401234567", PhoneNotMobile),
    "Inmarsat": ("+870 773 111632", PhoneCountryNotServed),
    "Iridium": ("+8816 1234 5678", PhoneCountryNotServed),
    "Hong Kong": ("+852 9123 4567", PhoneCountryNotServed),
    "British premium": ("+44 909 879 0000", PhoneCountryNotServed),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "error"), OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_texts_go_to_mobile_phones_of_the_countries_served(text: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        mobile_phone(text)
    with pytest.raises(error):
        user_with_phone(phone=text)
    with pytest.raises(error):
        send_text(phone=normal_phone(text), text="a code", at=BEGINNING)

    assert not User.objects.exists()
    assert inbox(most=1) == []


def test_a_country_that_is_served_is_reached(settings: Settings) -> None:
    settings.PHONE_COUNTRIES = ["CN", "HK", "US"]

    assert [mobile_phone(text) for text in ("+852 9123 4567", "13800138000", "+1 201 555 0123")] == [
        "+85291234567",
        "+8613800138000",
        "+12015550123",
    ]
    with pytest.raises(PhoneCountryNotServed):
        mobile_phone("+44 7912 345678")


def test_a_masked_phone_shows_its_tail() -> None:
    assert masked_phone("+8613800138000") == "••• 8000"


@pytest.mark.django_db
def test_a_phone_is_one_user_however_spelled(db: None) -> None:
    user = user_with_phone(phone="138 0013 8000", name="Mei")

    assert user_with_phone(phone="+8613800138000") == user
    assert user_by_phone(phone="0086 13800138000") == user
    assert phone_of(user=user) == "+8613800138000"
    assert not user.has_usable_password()
    assert (User.objects.count(), user.is_staff) == (1, False)


@pytest.mark.django_db
def test_staff_sign_in_with_their_password_and_no_other(db: None) -> None:
    user = make_staff(actor=somebody(), at=BEGINNING, username="clerk", password=PASSWORD)

    assert authenticate(None, username="clerk", password=PASSWORD) == user
    assert authenticate(None, username="clerk", password="another-long-password") is None
    with pytest.raises(UsernameTaken):
        make_staff(actor=somebody(), at=BEGINNING, username="clerk", password=PASSWORD)
    assert User.objects.filter(is_staff=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "123456789012345", "passwordpassword"[:8]])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        make_staff(actor=somebody(), at=BEGINNING, username="clerk", password=password)

    assert not User.objects.filter(username="clerk").exists()


@pytest.mark.django_db
def test_sessions_end_everywhere_at_once_and_a_new_one_begins(db: None) -> None:
    user = make_staff(actor=somebody(), at=BEGINNING, username="clerk", password=PASSWORD)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/password_change/").status_code == HTTPStatus.OK

    end_sessions(actor=somebody(), at=BEGINNING, user=user)

    assert [client.get("/admin/password_change/").status_code for client in clients] == [HTTPStatus.FOUND] * 2
    clients[0].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert clients[0].get("/admin/password_change/").status_code == HTTPStatus.OK


@pytest.mark.django_db
def test_a_user_sees_themselves_and_nobody_else(db: None) -> None:
    one, two = user_with_phone(phone="13800138001"), user_with_phone(phone="13800138002")

    assert user_for(actor=one, user_id=one.pk) == one
    for user_id in (two.pk, 99_999_999):
        with pytest.raises(NotFound):
            user_for(actor=one, user_id=user_id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{}, {"phone_encrypted": "x"}, {"username": "x", "phone_hash": b"x"}, {"username": "x", "language": "fr"}]
)
def test_the_database_refuses_half_a_user(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(password="x", **fields)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_same_phone_at_once_is_one_user() -> None:
    def make(_number: int) -> int:
        try:
            return user_with_phone(phone="13800138000").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(make, range(8)))

    assert len(made) == User.objects.count() == 1
