"""Users: staff by name, others by phone; sessions that end everywhere at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connections, transaction
from django.test import Client

from core.errors import NotFound
from identity.access import user_for
from identity.models import User
from identity.phones import PhoneNotValid, masked_phone, normal_phone
from identity.queries import phone_of, user_by_phone
from identity.services import end_sessions, make_staff, user_with_phone
from identity.services.users import PasswordTooWeak, UsernameTaken
from tests.world import PASSWORD


@pytest.mark.parametrize("spelling", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "138-0013-8000"])
def test_one_phone_has_one_spelling(spelling: str) -> None:
    assert normal_phone(spelling) == "+8613800138000"


@pytest.mark.parametrize("text", ["", "call me", "12", "+999999999999999999", "1380013800013800138000"])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(PhoneNotValid):
        normal_phone(text)


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
    user = make_staff(username="clerk", password=PASSWORD)

    assert authenticate(None, username="clerk", password=PASSWORD) == user
    assert authenticate(None, username="clerk", password="another-long-password") is None
    with pytest.raises(UsernameTaken):
        make_staff(username="clerk", password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "123456789012345", "passwordpassword"[:8]])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        make_staff(username="clerk", password=password)

    assert not User.objects.exists()


@pytest.mark.django_db
def test_sessions_end_everywhere_at_once_and_a_new_one_begins(db: None) -> None:
    user = make_staff(username="clerk", password=PASSWORD)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/password_change/").status_code == HTTPStatus.OK

    end_sessions(user=user)

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
@pytest.mark.parametrize("fields", [{}, {"phone_sealed": "x"}, {"username": "x", "phone_hash": b"x"}, {"username": "x", "language": "fr"}])
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
