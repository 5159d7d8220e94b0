"""Clients' secrets: how they are kept, renewed and revoked, and how often they may be tried."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from branches.models import Bank
from core.clock import now
from core.limits import TOKENS_PER_MINUTE, WRONG_SECRETS
from core.secrets import lookup_hash
from identity.models import User
from openapi import secrets as kept_secrets
from openapi.models import Client
from openapi.scopes import EVENTS_WRITE, SCOPES
from openapi.services import NewSecret, SecretRenewedAlready, end_client, forget_old_tokens, make_client, renew_secret, revoke_secrets
from tests.openapi.world import TOKEN, Partner, ask_token, assert_problem, make_partner
from tests.world import BEGINNING, somebody

NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
ELSEWHERE = "203.0.113.7"

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(east: Bank) -> NewSecret:
    return make_client(actor=somebody(), at=BEGINNING, bank=east, name="EB core", scopes=SCOPES)


def wrong(made: NewSecret, *, browser: Browser | None = None) -> Any:
    return ask_token(browser or Browser(), made, client_secret="wrong")


def test_the_secret_is_kept_as_a_keyed_hash_and_tokens_too(partner: Partner) -> None:
    client = partner.made.client
    client.refresh_from_db()

    assert client.client_secret == kept_secrets.hash_secret(partner.made.secret)
    assert partner.made.secret not in client.client_secret
    assert [token.token for token in client.accesstoken_set.all()] == [""]


def test_the_hash_needs_the_key(settings: Any) -> None:
    before = kept_secrets.hash_secret("secret")
    settings.LOOKUP_KEY = "0" * 64

    assert kept_secrets.hash_secret("secret") != before


def test_a_client_saved_again_keeps_its_secret(made: NewSecret) -> None:
    made.client.save()

    assert ask_token(Browser(), made).status_code == HTTPStatus.OK


def test_a_renewed_secret_and_the_one_before_are_both_good_for_a_day(partner: Partner) -> None:
    with time_machine.travel(NOON, tick=False):
        renewed = renew_secret(actor=somebody(), client=partner.made.client, at=NOON)
        assert ask_token(partner.browser, partner.made).status_code == HTTPStatus.OK
        assert ask_token(partner.browser, renewed).status_code == HTTPStatus.OK
    with time_machine.travel(NOON + timedelta(days=1) - timedelta(seconds=1), tick=False):
        assert ask_token(partner.browser, partner.made).status_code == HTTPStatus.OK
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert ask_token(partner.browser, partner.made).status_code == HTTPStatus.UNAUTHORIZED
        assert ask_token(partner.browser, renewed).status_code == HTTPStatus.OK


def test_tokens_live_on_when_a_secret_is_renewed(partner: Partner) -> None:
    renew_secret(actor=somebody(), client=partner.made.client, at=now())

    assert partner.get("bill-1").status_code == HTTPStatus.NOT_FOUND  # let in, and there is no such event


def test_nobody_has_three_secrets(made: NewSecret) -> None:
    renewed = renew_secret(actor=somebody(), client=made.client, at=NOON)
    with pytest.raises(SecretRenewedAlready):
        renew_secret(actor=somebody(), client=made.client, at=NOON + timedelta(hours=23))

    with time_machine.travel(NOON, tick=False):
        assert [ask_token(Browser(), one).status_code for one in (made, renewed)] == [HTTPStatus.OK, HTTPStatus.OK]
    assert renew_secret(actor=somebody(), client=made.client, at=NOON + timedelta(days=1)).secret != renewed.secret


def test_revoking_ends_both_secrets_and_all_tokens_at_once(partner: Partner) -> None:
    renewed = renew_secret(actor=somebody(), client=partner.made.client, at=now())
    newest = revoke_secrets(actor=somebody(), at=BEGINNING, client=partner.made.client)

    assert ask_token(partner.browser, partner.made).status_code == HTTPStatus.UNAUTHORIZED
    assert ask_token(partner.browser, renewed).status_code == HTTPStatus.UNAUTHORIZED
    assert_problem(partner.get("bill-1"), status=HTTPStatus.UNAUTHORIZED, code="token_needed")
    assert ask_token(partner.browser, newest).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "act",
    [
        lambda client: end_client(actor=somebody(), client=client, at=NOON),
        lambda client: revoke_secrets(actor=somebody(), at=BEGINNING, client=client),
    ],
)
def test_tokens_that_renew_others_end_too(partner: Partner, operator: User, act: Any) -> None:
    client = partner.made.client
    token = client.accesstoken_set.get()
    refreshes = get_refresh_token_model().objects
    refreshes.create(user=operator, token="r1", application=client, access_token=token)
    refreshes.create(user=operator, token="r2", application=client)  # its access token is gone already

    act(client)

    assert not get_access_token_model().objects.exists()
    assert not refreshes.filter(revoked__isnull=True).exists()
    assert refreshes.count() == 2


def test_an_ended_client_is_shut_out_at_once(partner: Partner) -> None:
    end_client(actor=somebody(), client=partner.made.client, at=now())

    assert ask_token(partner.browser, partner.made).status_code == HTTPStatus.UNAUTHORIZED
    assert_problem(partner.get("bill-1"), status=HTTPStatus.UNAUTHORIZED, code="token_needed")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "x"])
@pytest.mark.parametrize("more", [{}, {"username": "a", "password": "b", "code": "c", "refresh_token": "d", "device_code": "e"}])
def test_no_other_way_to_a_token(made: NewSecret, grant: str, more: dict[str, str]) -> None:
    answer = ask_token(Browser(), made, grant_type=grant, **more)

    assert (answer.status_code, answer.json()["error"]) == (HTTPStatus.BAD_REQUEST, "unsupported_grant_type")


def test_id_and_secret_may_come_in_the_header(made: NewSecret) -> None:
    def ask(pair: str, **more: str) -> int:
        encoded = base64.b64encode(pair.encode()).decode()
        answer = Browser().post(TOKEN, {"grant_type": "client_credentials", **more}, headers={"Authorization": f"Basic {encoded}"})
        return int(answer.status_code)

    assert ask(f"{made.client.client_id}:{made.secret}") == HTTPStatus.OK
    assert ask(f"{made.client.client_id}:wrong") == HTTPStatus.UNAUTHORIZED
    assert ask("no colon") == HTTPStatus.UNAUTHORIZED
    # a header and a body are two tries; only one is looked at
    assert ask("x:y", client_id=made.client.client_id, client_secret=made.secret) == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("odd", [b"\x00", b"\xed\xa0\xbd", b"\xff", "\u202e".encode(), b"\xf4\x8f\xbf\xbf"])
def test_an_id_or_a_secret_that_is_no_text_opens_nothing(made: NewSecret, odd: bytes) -> None:
    def ask(pair: bytes) -> Any:
        header = f"Basic {base64.b64encode(pair).decode()}"
        return Browser().post(TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": header})

    own, secret = made.client.client_id.encode(), made.secret.encode()
    assert {ask(pair).status_code for pair in (odd + b":x", own + b":" + odd, own + odd + b":" + secret)} == {HTTPStatus.UNAUTHORIZED}
    assert ask_token(Browser(), made, client_secret="\x00").status_code == HTTPStatus.BAD_REQUEST
    assert ask(own + b":" + secret).status_code == HTTPStatus.OK


@pytest.mark.parametrize("secret", ["", "wrong", "长" * 1000])
def test_known_and_unknown_ids_cost_the_same_work(made: NewSecret, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = end_client(
        actor=somebody(),
        client=make_client(actor=somebody(), at=BEGINNING, bank=made.client.bank, name="ended", scopes=SCOPES).client,
        at=NOON,
    )
    renewed = make_client(actor=somebody(), at=BEGINNING, bank=made.client.bank, name="renewed", scopes=SCOPES).client
    renew_secret(actor=somebody(), client=renewed, at=now())
    hashed: list[str] = []
    compared: list[bytes] = []
    monkeypatch.setattr(kept_secrets, "lookup_hash", _noting(hashed, lookup_hash))
    monkeypatch.setattr(hmac, "compare_digest", _noting(compared, hmac.compare_digest))
    work = []
    for client_id in (made.client.client_id, renewed.client_id, ended.client_id, "nobody", "x" * 4000):
        hashed.clear()
        compared.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = ask_token(Browser(), made, client_id=client_id, client_secret=secret)
        asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        work.append((answer.status_code, answer.content, len(asked), len(hashed), len(compared)))

    assert len(set(work)) == 1, work
    status, said, _asked, hashes, comparisons = work[0]
    assert (status, said, hashes, comparisons) == (HTTPStatus.UNAUTHORIZED, b'{"error": "invalid_client"}', 1, 2)


def _noting(calls: list[Any], function: Any) -> Any:
    def noted(*arguments: Any) -> Any:
        calls.append(arguments)
        return function(*arguments)

    return noted


def test_ten_wrong_secrets_and_none_is_looked_at_any_more(made: NewSecret) -> None:
    with time_machine.travel(NOON + timedelta(seconds=5), tick=False):
        for left in range(WRONG_SECRETS - 1, -1, -1):
            answer = wrong(made)
            assert (answer.status_code, answer["RateLimit"]) == (HTTPStatus.UNAUTHORIZED, f'"secret";r={left};t=595')
        refused = ask_token(Browser(), made)  # the right one

        body = assert_problem(refused, status=TOO_MANY, code="too_many_wrong_secrets")
        assert (refused["Retry-After"], body["seconds"], refused["RateLimit"]) == ("595", 595, '"secret";r=0;t=595')
        assert refused["RateLimit-Policy"] == '"token";q=30;w=60, "secret";q=10;w=600'
        assert not get_access_token_model().objects.exists()
        assert ask_token(Browser(REMOTE_ADDR=ELSEWHERE), made).status_code == HTTPStatus.OK  # the bank's own network
    with time_machine.travel(NOON + timedelta(seconds=600), tick=False):
        assert ask_token(Browser(), made).status_code == HTTPStatus.OK


def test_unknown_ids_are_limited_alike(made: NewSecret) -> None:
    with time_machine.travel(NOON, tick=False):
        unknown = [ask_token(Browser(), made, client_id="nobody").status_code for _ in range(WRONG_SECRETS + 1)]
        known = [wrong(made).status_code for _ in range(WRONG_SECRETS + 1)]

    assert unknown == known == [HTTPStatus.UNAUTHORIZED] * WRONG_SECRETS + [TOO_MANY]


def test_neighbors_in_a_network_are_one(made: NewSecret) -> None:
    with time_machine.travel(NOON, tick=False):
        for number in range(WRONG_SECRETS):
            wrong(made, browser=Browser(REMOTE_ADDR=f"203.0.113.{number}"))

        assert ask_token(Browser(REMOTE_ADDR="203.0.113.200"), made).status_code == TOO_MANY
        assert ask_token(Browser(REMOTE_ADDR="203.0.114.1"), made).status_code == HTTPStatus.OK


def test_behind_a_proxy_the_networks_are_those_it_tells_of(made: NewSecret, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    with time_machine.travel(NOON, tick=False):
        for _ in range(WRONG_SECRETS):
            wrong(made, browser=Browser(HTTP_X_FORWARDED_FOR="203.0.113.7"))

        assert ask_token(Browser(HTTP_X_FORWARDED_FOR="203.0.113.9"), made).status_code == TOO_MANY
        assert ask_token(Browser(HTTP_X_FORWARDED_FOR="203.0.114.9"), made).status_code == HTTPStatus.OK


def test_thirty_tokens_a_minute_and_nobody_else_uses_them_up(made: NewSecret) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(WRONG_SECRETS):
            wrong(made, browser=Browser(REMOTE_ADDR=ELSEWHERE))
        given = [ask_token(Browser(), made).status_code for _ in range(TOKENS_PER_MINUTE)]
        refused = ask_token(Browser(), made)

        assert given == [HTTPStatus.OK] * TOKENS_PER_MINUTE
        assert_problem(refused, status=TOO_MANY, code="too_many_tokens")
        assert (refused["Retry-After"], refused["RateLimit"]) == ("60", '"token";r=0;t=60')
        assert get_access_token_model().objects.count() == TOKENS_PER_MINUTE
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert ask_token(Browser(), made).status_code == HTTPStatus.OK


def test_many_scopes_fit(east: Bank) -> None:
    many = [f"scope:{number:03}" for number in range(100)]

    assert make_client(actor=somebody(), at=BEGINNING, bank=east, name="many", scopes=many).client.scopes.split() == many


def test_expired_tokens_are_removed_a_batch_at_a_time(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = get_access_token_model().objects
    lives = tokens.get()
    for number in range(5):
        tokens.create(token=f"old-{number}", application=partner.made.client, scope=EVENTS_WRITE, expires=NOON)
    monkeypatch.setattr("openapi.services.TOKENS_PER_SWEEP", 3)

    assert [forget_old_tokens(at=NOON + timedelta(seconds=1)) for _ in range(3)] == [3, 2, 0]
    assert tokens.get() == lives
    assert Client.objects.exists()
    assert make_partner(bank=partner.made.client.bank, scopes=SCOPES, browser=Browser()).token
