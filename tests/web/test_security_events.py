"""Coming in, going out, being refused, taking a copy: each leaves a security event that names who, what and from where."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus

import pytest
from django.test import Client

from branches.choices import Role
from branches.models import Bank, StaffRole
from branches.services import end_role, grant_role
from core.audit.models import SecurityEvent
from core.channels.services import inbox
from identity.models import User
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from openapi.scopes import LOG_READ
from residents.models import Resident
from residents.services import freeze_wallet
from settlements.services import close_day
from tests.openapi.world import TOKEN, ask_token, make_partner
from tests.repo.sources import ROOT, python_files
from tests.world import BEGINNING, PASSWORD, moment

pytestmark = pytest.mark.django_db
ADDRESS, NETWORK = "203.0.113.77", "203.0.113.0/24"
# Files given out that are nobody's export: what everyone may have, and one's own proof of one receipt.
NO_EXPORT = {"web/certificate.py", "web/proofs.py"}


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR=ADDRESS)


def told(*kinds: str) -> list[tuple[str, int | None, str, str, str, int]]:
    rows = SecurityEvent.objects.filter(kind__in=kinds).order_by("pk")
    return [(row.kind, row.actor_id, f"{row.about_kind}:{row.about_id}", row.network, str(row.details), row.times) for row in rows]


def test_staff_come_in_and_go_out(browser: Client, east_clerk: User) -> None:
    clerk = f"identity.user:{east_clerk.pk}"
    for password in ("wrong", "wrong again", PASSWORD):
        browser.post("/admin/login/", {"username": "east_clerk", "password": password})
    browser.post("/admin/login/", {"username": "nobody", "password": "x"})
    new = "another-long-password-of-tests"
    browser.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    browser.post("/admin/logout/")

    failed = told("sign_in_failed")
    assert [(about, network) for _kind, _actor, about, network, _details, _times in failed][:1] == [(clerk, NETWORK)]
    assert sum(times for *_rest, times in failed) == 3
    assert told("signed_in", "password_changed", "signed_out") == [
        ("signed_in", east_clerk.pk, clerk, NETWORK, "{'way': 'password'}", 1),
        ("password_changed", east_clerk.pk, clerk, NETWORK, "{}", 1),
        ("signed_out", east_clerk.pk, clerk, NETWORK, "{}", 1),
    ]


def test_residents_come_in_and_go_out(browser: Client, mei: Resident) -> None:
    assert mei.user
    person = f"identity.user:{mei.user.pk}"
    browser.post("/sign-in/", {"phone": "13800001001"})
    code = re.findall(r"(?<!\d)\d{6}", inbox(most=1)[0].text)[0]
    browser.post("/sign-in/code/", {"code": f"{(int(code) + 1) % 1_000_000:06d}"})
    browser.post("/sign-in/code/", {"code": code})
    browser.post("/sign-out/")

    assert told("sign_in_failed", "signed_in", "signed_out") == [
        ("sign_in_failed", None, person, NETWORK, "{'way': 'code', 'why': 'sign_in_code_wrong'}", 1),
        ("signed_in", mei.user.pk, person, NETWORK, "{'way': 'code'}", 1),
        ("signed_out", mei.user.pk, person, NETWORK, "{}", 1),
    ]


def test_a_partners_wrong_secret_and_its_export(east: Bank, browser: Client) -> None:
    partner = make_partner(bank=east, scopes=[LOG_READ], browser=browser)
    refused = browser.post(TOKEN, {"grant_type": "client_credentials", "client_id": partner.made.client.client_id, "client_secret": "x"})

    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert ask_token(browser, partner.made).status_code == HTTPStatus.OK
    assert told("secret_refused") == [("secret_refused", None, f"openapi.client:{partner.made.client.pk}", NETWORK, "{}", 1)]


def test_who_takes_a_file_is_kept(browser: Client, east_manager: User, bakery: Cashier) -> None:
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    browser.force_login(east_manager, backend="django.contrib.auth.backends.ModelBackend")

    answer = browser.get("/admin/settlements/businessday/2026-03-20/merchants.csv")

    assert answer.status_code == HTTPStatus.OK
    assert told("export_downloaded") == [("export_downloaded", east_manager.pk, ":", NETWORK, "{'file': 'merchants-2026-03-20'}", 1)]


def test_every_place_that_gives_out_files_keeps_who_took_them() -> None:
    giving = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.relative_to(ROOT).parts[0] not in {"tests", "tools"}
        and re.search(r"StreamingHttpResponse\(|: attachment\(", path.read_text())
    }

    assert giving >= NO_EXPORT
    assert [name for name in giving - NO_EXPORT if "SecurityEventKind.EXPORT_DOWNLOADED" not in (ROOT / name).read_text()] == []


def test_deeds_of_staff_name_their_author(
    operator: User, east_manager: User, east_clerk: User, east: Bank, bakery: Cashier, mei: Resident
) -> None:
    role = grant_role(actor=east_manager, user=east_clerk, role=Role.BRANCH_MANAGER, branch=east.branches.get(), at=BEGINNING)
    end_role(actor=operator, role=role, at=BEGINNING)
    dismiss_cashier(actor=operator, cashier=bakery, at=BEGINNING)
    freeze_wallet(actor=east_clerk, resident=mei, at=BEGINNING)
    freeze_wallet(actor=east_manager, resident=mei, at=BEGINNING)

    kept = StaffRole.objects.get(pk=role.pk)
    bakery.refresh_from_db()
    mei.refresh_from_db()
    assert (kept.granted_by, kept.ended_by, bakery.dismissed_by, mei.frozen_by) == (east_manager, operator, operator, east_clerk)
    assert [(kind, actor) for kind, actor, *_rest in told("role_ended", "sessions_ended", "cashier_dismissed", "wallet_frozen")] == [
        ("role_ended", operator.pk),
        ("sessions_ended", operator.pk),
        ("cashier_dismissed", operator.pk),
        ("sessions_ended", operator.pk),
        ("wallet_frozen", east_clerk.pk),
    ]


def test_events_are_seen_by_those_who_work_for_all(operator: User, auditor: User, east_manager: User) -> None:
    for user, status in ((operator, HTTPStatus.OK), (auditor, HTTPStatus.OK), (east_manager, HTTPStatus.FORBIDDEN)):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/audit/securityevent/").status_code == status
        assert client.get("/admin/audit/securityevent/?kind__exact=role_granted").status_code == status
