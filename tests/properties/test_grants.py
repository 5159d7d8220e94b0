"""What a person may do is what each of their grants allows, added up: for all pairs of grants, over every staff page."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from http import HTTPStatus
from importlib import import_module
from itertools import combinations, product
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client

from branches.choices import Role
from decisions.access import approvals_waiting_for
from identity.models import User
from settlements.books import check_everything
from tests.properties.allowed import Fact, allowed, figures
from tests.properties.grants_world import EARNED_TODAY, NOW, Grant, fill, grants_there_are, holding, person

pytestmark = [pytest.mark.django_db, pytest.mark.long]
import_module("community.urls")  # which leaves only the pages that know our roles


@pytest.fixture
def looker(request: pytest.FixtureRequest) -> Iterator[User]:
    """Somebody to whom any grants may be lent."""
    with time_machine.travel(NOW, tick=False):
        fill(request)
        check_everything(at=NOW)
        yield person()


def pairs_there_are() -> list[tuple[Grant, Grant]]:
    """All pairs one user may hold: an auditor holds no other role."""
    return [(one, other) for one, other in combinations(grants_there_are(), 2) if (one[0] == Role.AUDITOR) == (other[0] == Role.AUDITOR)]


def lent(looker: User, *grants: Grant) -> User:
    user = copy(looker)
    user.roles_now = holding(user, *grants)  # type: ignore[attr-defined]  # as `with_roles` keeps them
    return user


def test_two_grants_give_what_each_gives_and_nothing_more(looker: User) -> None:
    grants = grants_there_are()
    alone: dict[Grant, set[Fact]] = {grant: allowed(lent(looker, grant)) for grant in grants}
    labels = {page.opts.label_lower for page in admin.site._registry.values()}
    listed = {fact[0] for fact in alone[Role.OPERATOR, ""] | alone[Role.AUDITOR, ""] if fact[1] == "listed"}
    assert labels == listed, "each page has rows to be told apart"

    differences: dict[tuple[Grant, Grant], list[Fact]] = {}
    for pair in pairs_there_are():
        if different := allowed(lent(looker, *pair)) ^ (alone[pair[0]] | alone[pair[1]]):
            differences[pair] = sorted(different, key=str)[:5]

    assert differences == {}


def test_the_first_page_counts_the_banks_of_each_grant_once(looker: User) -> None:
    """Figures are sums over banks: those of a pair are not the sum of two sums when both grants are of one bank."""
    waiting = {"EB": 1, "WB": 0}
    for pair in pairs_there_are():
        user = lent(looker, *pair)
        banks = {code for _role, place in pair for code in ([place[:2]] if place else ["EB", "WB"])}
        points, waits, asked = figures(user)

        assert (points, waits) == (sum(EARNED_TODAY[code] for code in banks), sum(waiting[code] for code in banks)), pair
        decided = [set(approvals_waiting_for(actor=lent(looker, grant), at=NOW).values_list("pk", flat=True)) for grant in pair]
        assert asked == len(decided[0] | decided[1]), pair


PAIRS_OVER_HTTP = [
    ((Role.BANK_MANAGER, "EB"), (Role.CLERK, "WB-1")),
    ((Role.OPERATOR, ""), (Role.CLERK, "EB-1")),
]


@pytest.mark.parametrize("pair", PAIRS_OVER_HTTP)
def test_pages_answer_as_the_facts_say(looker: User, pair: tuple[Grant, Grant]) -> None:
    """The pairs above are lent to a request that no browser sent; a real user's grants and pages are compared with them here."""
    assert looker.roles.count() == 0
    user = person(*pair)
    facts = allowed(User.objects.get(pk=user.pk))
    assert facts == allowed(lent(looker, *pair))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    wrong = [said for page in admin.site._registry.values() for said in different(client, page, facts)]

    assert wrong == []


def different(client: Client, page: Any, facts: set[Fact]) -> Iterator[str]:
    """Where a page's answers are not what the facts say: its form, and of some rows their page, its button and what may be asked there."""
    label, base = page.opts.label_lower, f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
    if (client.get(f"{base}add/").status_code == HTTPStatus.OK) != ((label, "added") in facts):
        yield f"{label}: add"
    listed, changed = ({fact[2] for fact in facts if fact[:2] == (label, how)} for how in ("listed", "changed"))
    rows = list(page.model._default_manager.all())
    kinds = [[row for row in rows if (row.pk in listed, row.pk in changed) == kind] for kind in product((True, False), repeat=2)]
    for row in [found[-1] for found in kinds if found]:
        key = f"{row.party_id}~{row.id}" if label == "points.transfer" else quote(row.pk)
        answer = client.get(f"{base}{key}/change/")
        if (answer.status_code == HTTPStatus.OK) != (row.pk in listed):
            yield f"{label} {row.pk}: {answer.status_code}"
        if ('name="_save"' in answer.content.decode()) != (row.pk in changed):
            yield f"{label} {row.pk}: saved"
        for action in page._get_base_actions_detail():
            opened = client.get(f"{base}{key}/{action.path}/").status_code == HTTPStatus.OK
            if opened != ((label, "asked", row.pk, action.action_name) in facts):
                yield f"{label} {row.pk}: {action.action_name}"


def test_every_action_says_who_may_take_it() -> None:
    """One that doesn't is nobody's: `get_actions` leaves it out."""
    actions = [(page.opts.label, name, act) for page in admin.site._registry.values() for act, name in declared(page)]

    assert len(actions) > 8, "the desk has actions"
    assert [(label, name) for label, name, act in actions if name != "delete_selected" and not getattr(act, "by", None)] == []


def declared(page: Any) -> list[tuple[Any, str]]:
    return [(act, name) for act, name, _about in page._get_base_actions()]
