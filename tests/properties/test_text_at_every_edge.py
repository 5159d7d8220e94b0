"""Any text in any field of the API, of pages, forms, the admin and files: nothing breaks, nothing is half done, the rest goes on."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Bank
from core.characters import refused_place
from core.forms import LineField
from earning.files import COLUMNS as EVENT_COLUMNS
from earning.models import Event
from earning.services.importing import import_events
from identity.models import User
from imports.choices import ImportKind, ImportState
from imports.services import register_import, run_import
from merchants.models import Cashier
from openapi.scopes import SCOPES
from redemptions.models import Redemption
from residents.files import COLUMNS
from residents.models import BankLink, Resident
from residents.rows import FIELDS
from residents.services import import_residents
from tests.desk import signed_in
from tests.earning.world import bill_rule, cloud_event
from tests.openapi.world import CANCELLATIONS, make_partner
from tests.redemptions.world import Till
from tests.repo.sources import ROOT
from tests.web.access_table import ADDRESSES, ADMIN_PAGES
from tests.world import BEGINNING, moment, somebody

ODD: Final = (
    "\ud83d\udc00\x00\x1b\x85\u202e\u200f\u2028\ufdd0\uffff\U0010ffff\ue000\U00031350\u0130\u0345\ufeff\u200b\t\n\r\"\\\\%_'１٣-.eE+"
)
LETTERS: Final = st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=()))  # surrogates are among all characters
AT: Final = moment("2026-03-06")
TEXTS: Final = st.text(LETTERS, min_size=1, max_size=12)
VALUES: Final[st.SearchStrategy[Any]] = st.one_of(
    TEXTS, st.sampled_from([None, True, -1, 0, 2**63, 10**400, 1.5, [], {}, "x" * 300, "9" * 5000])
)
BOUNDED: Final = settings(
    max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# JSON that pages' scripts send: each field with something that fits
BODIES: Final[dict[str, dict[str, Any]]] = {
    "resident/links": {"bank": "EB", "customer": "9999", "code": "ABCDE-12345"},
    "resident/devices": {},
    "resident/codes": {},
    "merchant/checkouts": {"code": "71", "way": "code", "key": "k"},
    "merchant/redemptions": {"checkout": "01999999-0000-7000-8000-000000000000", "points": 1, "key": "k"},
    "merchant/redemptions/<str:number>/undo": {"left": 1, "key": "k", "reason": "wrong"},
    "merchant/redemptions/<str:number>/refunds": {"points": 1, "left": 1, "key": "k", "reason": "wrong"},
}
# What people type by digits or as a secret, where marks that nobody sees come along and are dropped
SPELLED: Final = frozenset({"phone", "code", "customer", "password", "number"})

pytestmark = pytest.mark.django_db


def spoiled(good: dict[str, Any], odd: Any) -> Iterator[dict[str, Any]]:
    """The object with the odd value in each of its fields, and as the name of one."""
    for name, value in good.items():
        if isinstance(value, dict):
            yield from ({**good, name: each} for each in spoiled(value, odd))
        yield {**good, name: odd}
    yield {**good, str(odd)[:200] if not isinstance(odd, int) else "odd": 1}


@BOUNDED
@given(odd=VALUES)
def test_of_a_batch_of_events_the_bad_ones_are_told_and_the_good_ones_kept(east: Bank, mei: Resident, odd: Any) -> None:
    if not Event.objects.exists():
        bill_rule(east)
    partner = make_partner(bank=east, scopes=SCOPES, browser=Client())
    good = cloud_event(id="good", data={"category": "water", "counterparty_bank": "B", "channel": "app"})
    batch = [good, *spoiled({**good, "id": "other", "dataschema": "x", "datacontenttype": "application/json"}, odd), {**good, "id": "last"}]

    answer = partner.send(batch, content_type="application/json") if len(str(odd)) < 400 else None

    if answer is not None:
        assert answer.status_code == HTTPStatus.OK, answer.content
        outcomes = answer.json()["outcomes"]
        assert len(outcomes) == len(batch)
        assert {outcomes[0]["outcome"], outcomes[-1]["outcome"]} <= {"posted", "duplicate", "waiting"}
        assert Event.objects.filter(event_id__in=["good", "last"]).count() == 2


@BOUNDED
@given(odd=VALUES)
def test_a_cancellation_and_a_cosignature_are_refused_as_problems(east: Bank, odd: Any) -> None:
    partner = make_partner(bank=east, scopes=SCOPES, browser=Client())
    cancelled = {"id": "c", "event": "e", "time": AT.isoformat(), "amount_minor": 5}
    signed = {"size": 1, "line": "x"}
    sent = [(CANCELLATIONS, body) for body in spoiled(cancelled, odd)] + [
        ("/api/v1/log/cosignatures", body) for body in spoiled(signed, odd)
    ]
    for path, body in sent:
        if len(str(odd)) >= 400 and isinstance(odd, int):
            continue  # Python writes no such number
        answer = Client().post(path, json.dumps(body).encode(), content_type="application/json", headers=partner.headers)
        assert 400 <= answer.status_code < 500, (path, body, answer.content)
        assert answer.headers["Content-Type"] == "application/problem+json"


@BOUNDED
@given(odd=VALUES)
def test_what_scripts_of_pages_send_is_refused_as_a_problem(east: Bank, mei: Resident, bakery: Cashier, odd: Any) -> None:
    for route, good in BODIES.items():
        person = mei.user if route.startswith("resident/") else bakery.user
        for body in spoiled(good, odd):
            if len(str(odd)) >= 400 and isinstance(odd, int):
                continue
            answer = Till(person).client.post(
                "/" + route.replace("<str:number>", "00000125"), json.dumps(body), content_type="application/json"
            )
            assert 400 <= answer.status_code < 500, (route, body, answer.content)
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Redemption.objects.exists()


def test_every_address_of_scripts_is_tried_with_the_fields_it_asks_for(mei: Resident, bakery: Cashier) -> None:
    named = {route for route, requests in ADDRESSES.items() if any(each.json for each in requests) and not route.startswith("api/")}

    assert named == set(BODIES)
    for route, good in BODIES.items():
        if good:  # the others take an empty object
            till = Till(mei.user if route.startswith("resident/") else bakery.user)
            assert till.post("/" + route.replace("<str:number>", "00000125"), good).json()["code"] != "body_not_valid", route


@BOUNDED
@given(odd=TEXTS)
def test_no_field_of_a_form_breaks_and_text_is_text(odd: str) -> None:
    for form in our_forms():
        for name, field in form.declared_fields.items():
            try:
                kept = field.clean(odd)
            except ValidationError:
                continue
            if type(field) in {forms.CharField, LineField} and name not in SPELLED:
                assert refused_place(str(kept)) is None, f"{form.__module__}.{form.__name__}.{name} took {kept!r}"


def our_forms() -> list[type[Any]]:
    """The forms that our packages declare."""
    for config in apps.get_app_configs():
        if (ROOT / config.label).is_dir() and (ROOT / config.label / "admin.py").exists():
            import_module(f"{config.label}.admin")
    import_module("community.urls")
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()}
    found: list[type[Any]] = []
    waiting: list[type[Any]] = [forms.BaseForm]
    while waiting:
        one = waiting.pop()
        waiting.extend(one.__subclasses__())
        if one.__module__.partition(".")[0] in ours - {"tests"} and hasattr(one, "declared_fields"):
            found.append(one)
    assert len(found) > 10
    return found


@pytest.mark.parametrize("odd", ["\u202eName", "Na\u2028me", "Na\u200fme", "N\U0010fffeame", "N\x00ame", "N\x85ame"])
def test_no_form_of_the_admin_keeps_text_that_is_none(operator: User, east: Bank, east_manager: User, bakery: Cashier, odd: str) -> None:
    tried = 0
    for label in ADMIN_PAGES:
        for person in (operator, east_manager):
            client = signed_in(person)
            path = f"/admin/{label.replace('.', '/')}/add/"
            page = client.get(path)
            if page.status_code != HTTPStatus.OK:
                continue
            model = apps.get_model(label)
            before = model._default_manager.count()
            sent = filled(page.context["adminform"].form, odd)
            if odd not in sent.values():
                continue  # nothing is typed there
            answer = client.post(path, sent)
            tried += 1
            assert answer.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}, (label, answer.status_code)
            assert model._default_manager.count() == before, f"{label} kept it"
    assert tried >= 6
    assert admin.site.is_registered(Bank)


def filled(form: Any, odd: str) -> dict[str, Any]:
    """Something that fits in every field, and the odd text in those for text."""
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField):
            row = field.queryset.first() if field.queryset is not None else None
            sent[name] = row.pk if row else ""
        elif isinstance(field, forms.ChoiceField):
            sent[name] = next((value for value, _label in list(field.choices) if value), "")  # type: ignore[arg-type]
        elif isinstance(field, forms.IntegerField):
            sent[name] = 1
        elif isinstance(field, forms.DateField):
            sent[name] = "2027-01-01"
        elif isinstance(field, forms.FileField):
            sent[name] = io.BytesIO(f"customer,name\n1,{odd}\n".encode())
            sent[name].name = f"{odd}.csv"
        else:
            sent[name] = odd
    return sent


@BOUNDED
@given(odd=TEXTS)
def test_of_a_file_of_residents_every_good_row_is_taken(east: Bank, odd: str) -> None:
    rows = [
        {"customer": "7001", "name": "Mei"},
        *({"customer": f"70{n:02d}", name: odd} for n, name in enumerate(FIELDS, start=10)),
        {"customer": "7002"},
    ]
    csv_file = "customer,name\n7003,Mei\n" + "".join(f"{odd},x\n7004,{odd}\n") + "\n7005,Li\n"
    for content in ("".join(json.dumps(row) + "\n" for row in rows).encode(), csv_file.encode("utf-8", "surrogatepass")):
        kept = register_import(
            actor=somebody(), bank=east, kind=ImportKind.RESIDENTS, file=io.BytesIO(content), name=odd, at=BEGINNING, encoding="utf-8"
        )
        done = run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, clock=lambda: BEGINNING)
        assert done.state == ImportState.DONE, done.problem
    assert BankLink.objects.filter(resident__name__in=["Mei", "Li"]).count() >= 3
    assert all(refused_place(name) is None for name in Resident.objects.values_list("name", flat=True))


@BOUNDED
@given(odd=VALUES)
def test_of_a_file_of_events_every_good_row_is_taken(east: Bank, mei: Resident, odd: Any) -> None:
    if not Event.objects.exists():
        bill_rule(east)
    if isinstance(odd, int) and len(str(odd)) > 100:
        odd = 2**64
    good = cloud_event(id="good")
    rows = [good, *spoiled({**good, "id": "other"}, odd), {**good, "id": "last"}]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    kept = register_import(
        actor=somebody(), bank=east, kind=ImportKind.EVENTS, file=io.BytesIO(content), name="e.jsonl", at=AT, encoding="utf-8"
    )

    done = run_import(import_id=kept.pk, handle_chunk=import_events, columns=EVENT_COLUMNS, clock=lambda: AT)

    assert done.state == ImportState.DONE, done.problem
    assert Event.objects.filter(event_id__in=["good", "last"]).count() == 2


def test_an_argument_that_is_no_text_is_told_in_a_sentence() -> None:
    command = [sys.executable.encode(), b"manage.py", b"import_residents", b"people\xff.csv", b"--bank", b"EB"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith(b"Argument 2 has what is no character of UTF-8 in place 7: U+DCFF.")
    assert b"Traceback" not in done.stderr
