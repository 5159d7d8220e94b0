"""What a person may do is what each of their grants allows, added up: for all pairs of grants, over every staff page."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from importlib import import_module
from itertools import combinations

import pytest
import time_machine
from django.contrib import admin

from branches.access import approvals_waiting_for
from branches.choices import Role
from branches.models import Bank
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


def test_grants_that_are_kept_are_read_as_those_that_are_lent(looker: User) -> None:
    """The pairs above are lent, not granted; that a real user's are taken in the same way is seen on one pair."""
    pair = ((Role.BANK_MANAGER, "EB"), (Role.CLERK, "WB-1"))

    assert allowed(User.objects.get(pk=person(*pair).pk)) == allowed(lent(looker, *pair))
    assert Bank.objects.count() == 2
