"""The admin's menu leads to every page there is, and shows each role its own."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib import admin
from django.test import RequestFactory

from identity.models import User
from web.staff.menu import MENU, navigation

pytestmark = pytest.mark.django_db


def titles(user: User) -> set[str]:
    request = RequestFactory().get("/admin/")
    request.user = user
    return {item["link"] for group in navigation(request) for item in group["items"]}


def test_every_page_is_in_the_menu_once() -> None:
    import_module("community.urls")  # which leaves only the pages that know our roles
    named = [label for _title, models in MENU for label, _symbol in models]

    assert sorted(named) == sorted(page.opts.label_lower for page in admin.site._registry.values())


def test_a_role_finds_what_it_may_see(operator: User, east_clerk: User) -> None:
    assert "/admin/openapi/client/" in titles(operator)
    assert "/admin/residents/resident/" in titles(east_clerk)
    assert "/admin/openapi/client/" not in titles(east_clerk)
    assert "/admin/earning/eventconflict/" not in titles(east_clerk)
