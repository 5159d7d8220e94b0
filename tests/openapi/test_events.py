"""Events over HTTP: outcomes, problems, and who may call."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from branches.models import Bank
from core.clock import now
from core.limits import EVENT_BODY_BYTES
from openapi.scopes import EVENTS_READ, EVENTS_WRITE
from residents.models import Resident
from tests.earning.world import bill_rule, cloud_event, everything
from tests.openapi.world import (
    BATCH,
    CANCELLATIONS,
    EVENTS,
    SINGLE,
    TOKEN,
    Partner,
    ask_token,
    assert_problem,
    make_partner,
    now_text,
    one_outcome,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _r1(east: Bank) -> None:
    bill_rule(east)


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    return cloud_event(**{"id": f"bill-{number}", "time": now_text(), **changes})


def test_a_batch_is_answered_event_by_event_in_order(partner: Partner, mei: Resident) -> None:
    batch = [event(1), event(2, subject="1999"), event(3, type="bill.payed"), event(1), "no event", event(4)]
    batch[3] = batch[0]

    answer = partner.send(batch, content_type=BATCH)

    outcomes = answer.json()["outcomes"]
    assert [(outcome["id"], outcome["outcome"], outcome["points"]) for outcome in outcomes] == [
        ("bill-1", "posted", 24),
        ("bill-2", "waiting", 0),
        ("bill-3", "refused", 0),
        ("bill-1", "duplicate", 24),
        ("", "refused", 0),
        ("bill-4", "posted", 24),
    ]
    assert outcomes[3]["transfers"] == outcomes[0]["transfers"]
    assert outcomes[2]["problem"]["code"] == "type_unknown"
    assert outcomes[4]["problem"]["code"] == "not_an_event"
    assert outcomes[0]["why"][0]["en"] == "1 point for each full ¥10: ¥245.20 gave 24 points."


def test_plain_json_is_taken_too(partner: Partner, mei: Resident) -> None:
    assert one_outcome(partner.send(event(), content_type="application/json"))["outcome"] == "posted"


def test_a_thousand_events_are_taken(partner: Partner, mei: Resident) -> None:
    answer = partner.send([event(number) for number in range(1000)], content_type=BATCH)

    outcomes = [outcome["outcome"] for outcome in answer.json()["outcomes"]]
    assert (len(outcomes), outcomes.count("posted"), outcomes.count("nothing_earned")) == (1000, 13, 987)  # 300 a day


def test_a_thousand_and_one_are_refused_whole(partner: Partner, mei: Resident) -> None:
    before = everything()

    answer = partner.send([event(number) for number in range(1001)], content_type=BATCH)

    body = assert_problem(answer, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="too_many_events")
    assert (body["found"], body["most"]) == (1001, 1000)
    assert everything() == before


def test_a_body_of_ten_megabytes_is_refused_unread(partner: Partner) -> None:
    class Unread:
        """A stream that says how much of it was read."""

        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b" " * max(size, 0)

        readline = read

    stream = Unread()
    said: dict[str, Any] = {"CONTENT_TYPE": SINGLE, "CONTENT_LENGTH": "10000000", "wsgi.input": stream}
    answer = partner.browser.generic("POST", EVENTS, b"", headers=partner.headers, **said)

    assert_problem(answer, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="body_too_large")
    assert stream.taken == 0


def test_ten_real_megabytes_are_refused(partner: Partner) -> None:
    assert EVENT_BODY_BYTES < 10_000_000

    answer = partner.send(b"[" + b" " * 10_000_000 + b"]")

    assert_problem(answer, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="body_too_large")


@pytest.mark.parametrize(
    "body",
    [b"{", b"bill", b"\xff\xfe{}", b'{"id": NaN}', b'{"id": "a", "id": "b"}', b"[" * 100_000, b"9" * 5000],
    ids=["cut", "no JSON", "not UTF-8", "NaN", "a field twice", "too deep", "5000 digits"],
)
def test_what_is_not_json_is_refused(partner: Partner, body: bytes) -> None:
    assert_problem(partner.send(body), status=HTTPStatus.BAD_REQUEST, code="not_json")


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "no_events"), ([], "no_events"), ("event", "not_an_event_or_batch"), (7, "not_an_event_or_batch")]
)
def test_what_is_no_event_and_no_batch_is_refused(partner: Partner, body: object, code: str) -> None:
    assert_problem(partner.send(body), status=HTTPStatus.BAD_REQUEST, code=code)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}, HTTPStatus.LENGTH_REQUIRED, "length_needed"),
        ({"SERVER_PROTOCOL": "HTTP/2.0", "CONTENT_LENGTH": ""}, HTTPStatus.LENGTH_REQUIRED, "length_needed"),
        ({"HTTP_CONTENT_ENCODING": "gzip"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoding_wrong"),
        ({"HTTP_CONTENT_ENCODING": "br"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoding_wrong"),
    ],
    ids=["chunked", "HTTP/2 without a length", "gzip", "brotli"],
)
@pytest.mark.parametrize("path", [EVENTS, CANCELLATIONS, "/api/v1/log/cosignatures", TOKEN])
def test_a_body_that_would_be_taken_for_none_is_refused(
    partner: Partner, mei: Resident, path: str, said: dict[str, Any], status: HTTPStatus, code: str
) -> None:
    before = everything()
    body = gzip.compress(json.dumps(event()).encode())

    answer = partner.browser.generic("POST", path, body, content_type="application/json", headers=partner.headers, **said)

    assert_problem(answer, status=status, code=code)
    assert everything() == before


def test_a_body_that_says_it_is_not_packed_is_read(partner: Partner, mei: Resident) -> None:
    answer = partner.browser.generic(
        "POST", EVENTS, json.dumps(event()), content_type=SINGLE, headers=partner.headers, HTTP_CONTENT_ENCODING="identity"
    )

    assert one_outcome(answer)["outcome"] == "posted"


def test_another_media_type_is_refused(partner: Partner) -> None:
    answer = partner.send(b"id,type", content_type="text/csv")

    assert_problem(answer, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code="media_type_wrong")


def test_another_method_is_refused(partner: Partner) -> None:
    answer = partner.browser.delete(EVENTS, headers=partner.headers)

    assert_problem(answer, status=HTTPStatus.METHOD_NOT_ALLOWED, code="method_wrong")
    assert "POST" in answer.headers["Allow"]


def test_another_address_is_not_found(partner: Partner) -> None:
    assert_problem(partner.browser.get("/api/v1/nowhere", headers=partner.headers), status=HTTPStatus.NOT_FOUND, code="not_found")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer no-such-token"}, {"Authorization": "Basic bWU6bWU="}], ids=["none", "foreign", "basic"]
)
def test_without_a_token_nothing_is_taken(headers: dict[str, str], mei: Resident) -> None:
    before = everything()

    answer = Browser().post(EVENTS, json.dumps(event()), content_type=SINGLE, headers=headers)

    assert_problem(answer, status=HTTPStatus.UNAUTHORIZED, code="token_needed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert everything() == before


def test_a_token_in_the_address_is_no_token(partner: Partner) -> None:
    answer = Browser().post(f"{EVENTS}?access_token={partner.token}", json.dumps(event()), content_type=SINGLE)

    assert_problem(answer, status=HTTPStatus.UNAUTHORIZED, code="token_needed")


def test_a_token_of_another_scope_is_refused(east: Bank, mei: Resident) -> None:
    reader = make_partner(bank=east, scopes=[EVENTS_READ], browser=Browser())
    before = everything()

    body = assert_problem(reader.send(event()), status=HTTPStatus.FORBIDDEN, code="scope_needed")

    assert body["scope"] == EVENTS_WRITE
    assert everything() == before


def test_a_client_gets_no_scope_it_was_not_given(east: Bank) -> None:
    reader = make_partner(bank=east, scopes=[EVENTS_READ], browser=Browser())

    answer = ask_token(reader.browser, reader.made, scope=EVENTS_WRITE)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (HTTPStatus.BAD_REQUEST, "invalid_scope")


def test_a_token_lives_a_quarter_of_an_hour(partner: Partner, mei: Resident) -> None:
    with time_machine.travel(now() + timedelta(minutes=14, seconds=50), tick=False):
        assert partner.send(event(1)).status_code == HTTPStatus.OK
    with time_machine.travel(now() + timedelta(minutes=15, seconds=5), tick=False):
        assert_problem(partner.send(event(2)), status=HTTPStatus.UNAUTHORIZED, code="token_needed")


def test_what_became_of_an_event_can_be_asked(partner: Partner, mei: Resident) -> None:
    sent = one_outcome(partner.send(event(1)))
    partner.send(event(2, subject="1999"))

    assert partner.get("bill-1").json() == {**sent, "taken_back": 0}
    assert partner.get("bill-2").json() == {
        "id": "bill-2",
        "outcome": "waiting",
        "status": "waiting",
        "points": 0,
        "taken_back": 0,
        "transfers": [],
        "why": [],
    }
    assert_problem(partner.get("bill-3"), status=HTTPStatus.NOT_FOUND, code="not_found")


def test_another_banks_event_is_as_absent_as_none(partner: Partner, west: Bank, mei: Resident) -> None:
    partner.send(event(1))
    other = make_partner(bank=west, scopes=[EVENTS_READ], browser=Browser())

    foreign, absent = other.get("bill-1"), other.get("bill-9")

    assert_problem(foreign, status=HTTPStatus.NOT_FOUND, code="not_found")
    assert foreign.json() == absent.json()


def test_a_request_costs_a_fixed_number_of_queries(partner: Partner, mei: Resident, django_assert_max_num_queries: Any) -> None:
    partner.send(event(0))
    for batch in (1, 400):
        with django_assert_max_num_queries(14):
            partner.send([event(number) for number in range(batch * 1000, batch * 1001)], content_type=BATCH)
