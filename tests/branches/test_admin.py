"""The admin shows staff their own rows, by their role, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from branches.admin_base import ScopedAdmin
from branches.choices import Role
from branches.models import Bank, Branch, StaffRole
from branches.services import end_role
from core.clock import alliance_day, now
from core.outbox.models import OutboxEvent
from identity.models import User
from imports.choices import ImportState
from imports.models import FileImport
from merchants.models import Cashier
from points.queries import terms_on
from residents.models import Resident
from residents.tasks import run_residents_import
from tests.desk import Desk
from tests.world import BEGINNING, PASSWORD, somebody

pytestmark = pytest.mark.django_db
import_module("community.urls")  # which leaves only the pages that know our roles


def signed_in(user: User) -> Client:
    client = Desk()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, url: str) -> str:
    return client.get(url, follow=True).content.decode()


def test_staff_sign_in_by_name_and_password(client: Client, east_clerk: User) -> None:
    answer = client.post("/admin/login/?next=/admin/", {"username": "east_clerk", "password": PASSWORD})

    assert answer.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == HTTPStatus.OK


def test_a_resident_is_no_staff(client: Client, mei: Resident) -> None:
    assert mei.user
    assert signed_in(mei.user).get("/admin/").status_code == HTTPStatus.FOUND


def test_every_page_knows_our_roles(client: Client) -> None:
    client.get("/admin/login/")

    assert [page for page in admin.site._registry.values() if not isinstance(page, ScopedAdmin)] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_list_and_form_of_the_operator_opens(operator: User, mei: Resident, bakery: Cashier, east_clerk: User, language: str) -> None:
    client = signed_in(operator)
    client.post("/i18n/setlang/", {"language": language})
    for page in admin.site._registry.values():
        base = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        assert client.get(base).status_code == HTTPStatus.OK, base
        assert client.get(f"{base}?q=nothing").status_code == HTTPStatus.OK, base
        assert client.get(f"{base}add/").status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}, base
        rows = User.objects.filter(is_staff=True) if page.model is User else page.model._default_manager
        row = rows.first()
        if row is not None:
            assert client.get(f"{base}{row.pk}/change/").status_code == HTTPStatus.OK, base


def test_a_list_costs_the_same_however_long(
    east_manager: User, mei: Resident, zhang: Resident, bakery: Cashier, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in(east_manager)
    for url in ("residents/resident", "residents/banklink", "merchants/cashier", "branches/staffrole", "imports/fileimport"):
        with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
            client.get(f"/admin/{url}/")


def test_a_clerk_finds_by_number_and_phone_who_is_of_their_bank(east_clerk: User, mei: Resident, tom: Resident) -> None:
    client = signed_in(east_clerk)

    for term in ("1001", "+86 138 0000 1001", "13800001001", "Mei"):
        assert str(mei.pk) in text(client, f"/admin/residents/resident/?q={term}".replace("+", "%2B")), term
    for term in ("2001", "+8613800002001", "Tom", "100"):
        page = text(client, f"/admin/residents/resident/?q={term}".replace("+", "%2B"))
        assert str(mei.pk) not in page, term
        assert str(tom.pk) not in page, term


def test_a_clerk_of_another_branch_does_not_see_mei(east_other_clerk: User, mei: Resident) -> None:
    client = signed_in(east_other_clerk)

    assert str(mei.pk) not in text(client, "/admin/residents/resident/")
    assert client.get(f"/admin/residents/resident/{mei.pk}/change/").status_code == HTTPStatus.FOUND


def test_the_customer_number_is_shown_to_its_own_bank_only(east_clerk: User, auditor: User, mei: Resident) -> None:
    url = f"/admin/residents/banklink/{mei.links.get().pk}/change/"

    assert ">1001<" in "".join(text(signed_in(east_clerk), url).split())
    assert ">1001<" not in "".join(text(signed_in(auditor), url).split())


def test_an_auditor_changes_nothing(auditor: User, east: Bank) -> None:
    client = signed_in(auditor)
    for page in admin.site._registry.values():
        base = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        assert client.get(f"{base}add/").status_code == HTTPStatus.FORBIDDEN, base
        assert client.post(f"{base}add/", {}).status_code == HTTPStatus.FORBIDDEN, base
        assert client.post(f"{base}{uuid4()}/delete/", {"post": "yes"}).status_code in {403, 302, 404}, base


def test_an_operator_admits_a_bank(operator: User, east: Bank) -> None:
    form = {"alliance": east.alliance_id, "code": "NB", "name": "North Bank", "months": 6, "grace_days": 30}

    answer = signed_in(operator).post("/admin/branches/bank/add/", form)

    assert answer.headers["Location"] == "/admin/branches/bank/"
    assert terms_on(Bank.objects.get(code="NB").issuer_id, alliance_day(now())).months == 6


def test_a_taken_code_is_told_in_a_sentence(operator: User, east: Bank) -> None:
    form = {"bank": east.pk, "code": "EB-1", "name": "Again"}

    page = signed_in(operator).post("/admin/branches/branch/add/", form, follow=True, headers={"accept-language": "en"})

    assert "EB-1" in page.content.decode()
    assert east.branches.count() == 1


def test_a_bank_manager_names_own_branch_staff_and_nobody_higher(
    east_manager: User, east_clerk: User, east_other_branch: Branch, west: Bank
) -> None:
    client = signed_in(east_manager)
    place = {"user": east_clerk.pk, "bank": east_other_branch.bank_id, "branch": east_other_branch.pk}

    client.post("/admin/branches/staffrole/add/", {**place, "role": Role.CLERK})
    client.post("/admin/branches/staffrole/add/", {"user": east_clerk.pk, "role": Role.OPERATOR})
    client.post("/admin/branches/staffrole/add/", {"user": east_clerk.pk, "role": Role.BANK_MANAGER, "bank": west.pk})
    client.post("/admin/branches/staffrole/add/", {"user": east_clerk.pk, "role": Role.AUDITOR, "bank": place["bank"]})

    roles = set(StaffRole.objects.filter(user=east_clerk).values_list("role", "branch__code"))
    assert roles == {(Role.CLERK, "EB-1"), (Role.CLERK, "EB-2")}


def test_an_ended_role_ends_at_once(east_clerk: User, mei: Resident) -> None:
    client = signed_in(east_clerk)
    assert str(mei.pk) in text(client, "/admin/residents/resident/")

    end_role(actor=somebody(), role=StaffRole.objects.get(user=east_clerk), at=BEGINNING)

    assert client.get("/admin/residents/resident/").status_code == HTTPStatus.FOUND
    assert signed_in(User.objects.get(pk=east_clerk.pk)).get("/admin/residents/resident/").status_code == HTTPStatus.FORBIDDEN


def upload(client: Client, bank: Bank, content: bytes) -> str:
    file = SimpleUploadedFile("people.csv", content)
    form = {"bank": bank.pk, "kind": "residents", "file": file, "encoding": ""}
    return client.post("/admin/imports/fileimport/add/", form, follow=True, headers={"accept-language": "en"}).content.decode()


def test_an_upload_is_taken_in_by_a_worker_and_reported(east_manager: User, east: Bank) -> None:
    client = signed_in(east_manager)
    upload(client, east, b"customer,name\n1001,Mei\n,Nobody\n")
    kept = FileImport.objects.get()
    assert (kept.state, kept.made_by) == (ImportState.QUEUED, east_manager)
    assert OutboxEvent.objects.get(topic="imports.registered").payload == {"import_id": str(kept.pk), "kind": "residents"}

    run_residents_import(str(kept.pk))

    kept.refresh_from_db()
    assert (kept.state, kept.counts["new"], kept.counts["errors"]) == (ImportState.DONE, 1, 1)
    assert "customer_missing" in text(client, f"/admin/imports/fileimport/{kept.pk}/change/")
    report = b"".join(client.get(f"/admin/imports/fileimport/{kept.pk}/errors.csv").streaming_content)  # type: ignore[attr-defined]
    assert report.startswith(b"line,code,message\r\n3,customer_missing,")


def test_a_bad_upload_is_refused_at_once(east_manager: User, east: Bank) -> None:
    page = upload(signed_in(east_manager), east, b"customer,customer\n1,2\n")

    assert "twice in the header" in page
    assert not FileImport.objects.exists()


def test_another_banks_upload_is_not_found(east_manager: User, west_manager: User, east: Bank, west: Bank) -> None:
    upload(signed_in(east_manager), east, b"customer\n1001\n")
    kept = FileImport.objects.get()
    west_client = signed_in(west_manager)

    answers = [west_client.get(f"/admin/imports/fileimport/{pk}/errors.csv").status_code for pk in (kept.pk, uuid4())]
    upload(west_client, east, b"customer\n1002\n")

    assert answers == [HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND]
    assert FileImport.objects.count() == 1
