"""The demo's people on the sign-in page: one tap where the demo made them up on an embedded system, nowhere else."""

from __future__ import annotations

from html import unescape
from http import HTTPStatus

import pytest
from django.test import Client
from pytest_django import Settings

from identity.models import User
from identity.services import mark_made_up
from merchants.models import Cashier
from residents.models import Resident

pytestmark = pytest.mark.django_db
ADDRESS = "/sign-in/demo/"


@pytest.fixture(autouse=True)
def _embedded(settings: Settings) -> None:
    settings.EMBEDDED = True


def user_of(person: Resident | Cashier) -> User:
    assert person.user
    return person.user


def who_signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_one_tap_signs_in_as_a_made_up_resident(client: Client, mei: Resident) -> None:
    mark_made_up(users=[user_of(mei)])
    page = client.get("/sign-in/").content.decode()

    answer = client.post(ADDRESS, {"who": mei.user_id})

    assert f'value="{mei.user_id}"' in page
    assert who_signed_in(client) == str(mei.user_id)
    assert client.get(answer.headers["Location"]).headers["Location"] == "/"


def test_a_made_up_cashier_lands_at_the_till(client: Client, bakery: Cashier) -> None:
    mark_made_up(users=[user_of(bakery)])

    answer = client.post(ADDRESS, {"who": bakery.user_id}, follow=True)

    assert answer.redirect_chain[-1][0] == "/merchant/"


def test_nobody_else_is_signed_in_by_a_tap(client: Client, mei: Resident, tom: Resident, operator: User) -> None:
    mark_made_up(users=[user_of(mei), operator])

    for who in (tom.user_id, operator.pk, 999_999, 0, "", "x", 2**70):
        assert client.post(ADDRESS, {"who": who}).status_code == HTTPStatus.NOT_FOUND

    assert who_signed_in(client) is None
    assert f'value="{tom.user_id}"' not in client.get("/sign-in/").content.decode()


def test_a_made_up_user_who_may_not_sign_in_is_not_offered(client: Client, mei: Resident) -> None:
    mark_made_up(users=[user_of(mei)])
    User.objects.update(is_active=False)

    assert client.post(ADDRESS, {"who": mei.user_id}).status_code == HTTPStatus.NOT_FOUND
    assert ADDRESS not in client.get("/sign-in/").content.decode()


def test_a_system_with_a_database_of_its_own_offers_nobody(client: Client, settings: Settings, mei: Resident) -> None:
    mark_made_up(users=[user_of(mei)])
    settings.EMBEDDED = False

    assert ADDRESS not in client.get("/sign-in/").content.decode()
    assert client.post(ADDRESS, {"who": mei.user_id}).status_code == HTTPStatus.NOT_FOUND
    assert who_signed_in(client) is None


def test_a_system_without_a_demo_offers_nobody(client: Client, mei: Resident) -> None:
    assert ADDRESS not in client.get("/sign-in/").content.decode()


def test_another_site_can_sign_nobody_in(mei: Resident) -> None:
    mark_made_up(users=[user_of(mei)])
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(ADDRESS, {"who": mei.user_id}).status_code == HTTPStatus.FORBIDDEN
    assert who_signed_in(strict) is None


def test_staff_are_led_to_their_own_page_with_the_name_filled_in(client: Client, operator: User) -> None:
    mark_made_up(users=[operator])

    way = f"/admin/login/?next=/admin/&amp;name={operator.username}"
    assert f'href="{way}"' in client.get("/sign-in/").content.decode()
    assert f'value="{operator.username}"' in client.get(unescape(way)).content.decode()
