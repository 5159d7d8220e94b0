"""Every form of the desk that acts, found in the registry of the admin: where it is, and something to fill in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.urls import reverse

from branches.admin_base import ScopedAdmin
from branches.choices import Role
from branches.services import grant_role
from core.answers.models import KeptAnswer
from core.clock import alliance_day, now
from core.secrets import encrypt_text
from core.shown import row_fingerprint
from decisions.models import Approval
from decisions.services import decline
from earning.choices import RuleKind
from earning.services import add_version
from earning.services.rules import VersionTerms
from identity.models import OpenSession, User
from identity.phones import phone_hash
from identity.services import make_staff
from issuing.services.exposure import ask_cap
from issuing.services.suspension import suspend_bank
from openapi.services import make_client
from residents.models import BankLink
from residents.services import freeze_wallet
from tests.decisions.world import adjustment_asked
from tests.desk import Desk, carried
from tests.earning.world import bill_rule
from tests.world import BEGINNING, PASSWORD, make_resident, make_staff_user, somebody

import_module("community.urls")  # which leaves only the pages that know our roles
ADD, CHANGE = "add", "change"
PHONE: Final = "+8613800001009"
NOT_DEEDS: Final = (Session, OpenSession, KeptAnswer)  # who looks, and what was answered


@dataclass(frozen=True)
class Form:
    """A form of one page: to add a row, to change one, an action of its list, or a page on which one asks."""

    label: str
    name: str

    def __str__(self) -> str:
        return f"{self.label}-{self.name}"

    @property
    def page(self) -> ScopedAdmin:
        """The page of the admin."""
        found = admin.site._registry[apps.get_model(self.label)]
        assert isinstance(found, ScopedAdmin)
        return found

    @property
    def is_action(self) -> bool:
        """Whether it stands on the list."""
        return self.name in self.page.actions

    def address(self, row: models.Model | None) -> str:
        """Where the form is."""
        start = f"admin:{self.label.replace('.', '_')}"
        if self.is_action:
            return reverse(f"{start}_changelist")
        if self.name == ADD:
            return reverse(f"{start}_add")
        assert row is not None
        change = reverse(f"{start}_change", args=[row.pk])
        return change if self.name == CHANGE else change.replace("change/", f"{getattr(self.page, self.name).url_path}/")


def forms_there_are() -> list[Form]:
    """All that act, by the registry."""
    found = []
    for page in admin.site._registry.values():
        assert isinstance(page, ScopedAdmin)
        others = (*page.actions_list, *page.actions_row, *page.actions_submit_line)
        assert not others, f"{others} of {page} act in a new way: let them go through `once`, and find them here"
        names = [*([ADD] if page.added_by else []), *([CHANGE] if page.changed_by else []), *page.actions, *page.actions_detail]
        found += [Form(page.opts.label_lower, name) for name in names]
    return [form for form in found if str(form) not in FILES]


# They change nothing, and keep no answer.
FILES: Final = {f"settlements.{sheet}-download" for sheet in ("merchantstatement", "issuerstatement", "netpayment")}
FORMS: Final = forms_there_are()
# What a stranger to the form can't guess; a new form is filled in by the kinds of its fields.
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "earning.rule-add": {"event_type": "bill.paid"},
    "earning.ruleversion-add": {"kind": "fixed", "per_minor": "", "event_cap": ""},
    "earning.ruleversion-change": {"kind": "fixed", "per_minor": "", "event_cap": ""},
    "identity.user-add": {"password": PASSWORD},
    "merchants.cashier-add": {"phone": "13900004321"},
    "merchants.outlet-change": {"picture": "tea"},
    "branches.staffrole-add": {"role": Role.CLERK, "bank": ""},
    "imports.fileimport-add": {"kind": "residents"},
    "branches.bank-customers": {"least": "3", "most": "9"},
}


@dataclass
class DeskWorld:
    """Somebody who may do everything at the desk, and a row on which each form acts."""

    boss: User
    rows: dict[str, models.Model]

    def row(self, form: Form) -> models.Model | None:
        """The row on which the form acts."""
        found = self.rows.get(str(form)) or self.rows.get(form.label) or form.page.model._default_manager.order_by("pk").last()
        assert found is not None or form.name == ADD, f"tests/desk_deeds.py makes no row for {form}"
        return found


def make_desk(request: pytest.FixtureRequest) -> DeskWorld:
    """The world of the forms."""
    cast = request.getfixturevalue
    east, west, branch, clerk = cast("east"), cast("west"), cast("east_branch"), cast("east_clerk")
    boss = make_staff_user(username="boss", role=Role.OPERATOR)
    grant_role(actor=somebody(), user=boss, role=Role.BANK_MANAGER, bank=east, at=BEGINNING)
    for role in (Role.BRANCH_MANAGER, Role.CLERK):
        grant_role(actor=somebody(), user=boss, role=role, branch=branch, at=BEGINNING)
    link = make_resident(links={east: "1009"}, name="Li").links.get()
    BankLink.objects.filter(pk=link.pk).update(phone_encrypted=encrypt_text(PHONE), phone_hash=phone_hash(PHONE))
    frozen = make_resident(links={east: "1010"}, name="Hong")
    freeze_wallet(actor=somebody(), resident=frozen, at=BEGINNING)
    suspend_bank(actor=somebody(), bank=west, at=BEGINNING)
    draft = VersionTerms(kind=RuleKind.FIXED, points=5, starts_on=alliance_day(now() + timedelta(days=9)))
    rows = {
        "residents.resident": cast("mei"),
        "residents.resident-unfreeze": frozen,
        "residents.banklink": BankLink.objects.get(pk=link.pk),
        "branches.bank": east,
        "branches.bank-lift": west,
        "branches.staffrole": clerk.roles.get(),
        "decisions.approval": adjustment_asked(clerk, bank=east, branch=branch, at=now()),
        "decisions.approval-decline_them": ask_cap(maker=somebody(), bank=east, cap=9_000, reason="Risk", at=now()),
        "earning.ruleversion": add_version(actor=somebody(), rule=bill_rule(east).rule, terms=draft, at=now()),
        "openapi.client": make_client(actor=somebody(), at=BEGINNING, bank=east, name="core", scopes=["events:write"]).client,
        "merchants.cashier": cast("bakery"),
    }
    make_staff(actor=somebody(), at=BEGINNING, username="newcomer", password=PASSWORD, name="Newcomer")
    return DeskWorld(boss, rows)


def filled(form: Form, page: Any, row: models.Model | None) -> dict[str, Any]:
    """What the form sends: what its page carries, and something in every field."""
    sent: dict[str, Any] = dict(carried(page))
    if form.is_action:
        assert row is not None
        return {**sent, "action": form.name, "_selected_action": [str(row.pk)]}
    drawn = page.context["adminform"].form if form.name in {ADD, CHANGE} else page.context["form"]
    for inline in page.context.get("inline_admin_formsets", ()):
        sent |= {f"{inline.formset.prefix}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    for name, field in drawn.fields.items():
        kept = drawn[name].value()
        sent[name] = something_in(field) if kept is None or kept == "" or isinstance(kept, list) else kept
    return {**sent, **FIELDS.get(str(form), {})}


def something_in(field: forms.Field) -> Any:
    """Anything that the field takes."""
    if isinstance(field, forms.ModelChoiceField):
        return field.queryset.order_by("-pk")[0].pk if field.queryset is not None else ""
    if isinstance(field, forms.ChoiceField):  # one or many
        return [next((value for value, _label in list(field.choices) if value), "")]  # type: ignore[arg-type]
    if isinstance(field, forms.FileField):
        file = io.BytesIO(b"customer,name\n1011,Ning\n")
        file.name = "people.csv"
        return file
    day = (alliance_day(now()) + timedelta(days=40)).isoformat()
    by_kind = {forms.BooleanField: "on", forms.DateField: day, forms.IntegerField: "7"}
    return next((value for kind, value in by_kind.items() if isinstance(field, kind)), "Seventh")


def opened(form: Form, world: DeskWorld, browser: Desk) -> dict[str, Any]:
    """Open the form's page and fill it in."""
    row = world.row(form)
    page = browser.get(form.address(row))
    assert page.status_code == 200, form
    return filled(form, page, row)


@contextmanager
def undone() -> Iterator[None]:
    """What is done in between is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything() -> dict[str, list[str]]:
    """A fingerprint of every row of every table."""
    kinds = [model for model in apps.get_models() if model._meta.managed and model not in NOT_DEEDS]
    return {model._meta.label: sorted(row_fingerprint(row) for row in model._default_manager.all()) for model in kinds}


def change_something(row: models.Model) -> None:
    """Let somebody else change any one column of the row that can be changed."""
    if isinstance(row, Approval):
        second = make_staff_user(username="second", role=Role.OPERATOR)
        grant_role(actor=somebody(), user=second, role=Role.BANK_MANAGER, bank=row.bank, at=BEGINNING)
        decline(approval=row, checker=second, at=now())
        return
    columns = [field for field in row._meta.concrete_fields if not (field.unique or field.is_relation)]
    for field in columns:
        value = getattr(row, field.attname)
        other: Any = f"{value}x" if isinstance(value, str) else now()
        try:
            with transaction.atomic():
                type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: other})
        except (DatabaseError, ValidationError, TypeError, ValueError):
            continue
        return
    raise AssertionError(f"nothing of {row._meta.label} can be changed")
