"""`show_code`: for trying, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils.translation import override

from core.clock import now
from merchants.models import Cashier
from redemptions.models import DeviceCredential
from redemptions.services import open_checkout
from residents.models import Resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded() -> Iterator[None]:
    """A system for trying, whatever database the tests run on."""
    with override_settings(EMBEDDED=True):
        yield


def shown(*arguments: str) -> str:
    out = StringIO()
    call_command("show_code", *arguments, stdout=out)
    return out.getvalue()


def test_the_code_shown_opens_a_checkout(embedded: None, mei: Resident, bakery: Cashier) -> None:
    first = shown("--customer", "EB:1001").strip()
    assert open_checkout(cashier=bakery, code=first, key="first", at=now()).resident == mei

    second = shown(str(mei.pk)).strip()  # within the same quarter of a minute: the next code
    assert second != first
    assert open_checkout(cashier=bakery, code=second, key="second", at=now()).resident == mei
    assert DeviceCredential.objects.count() == 1


def test_a_picture_is_drawn_with_it(embedded: None, mei: Resident) -> None:
    lines = shown(str(mei.pk), "--qr").rstrip().splitlines()
    assert len(lines[-1]) == 27
    drawn = [line for line in lines[:-1] if line]
    assert {len(line) for line in drawn} == {21 + 2 * 4}  # version 1 and its quiet zone


@pytest.mark.parametrize("who", ["EB:9999", "XX:1001", "1001", ""])
def test_nobody_has_no_code(embedded: None, mei: Resident, who: str) -> None:
    with pytest.raises(CommandError, match="no such resident"):
        shown("--customer", who)


def test_a_real_system_makes_nobodys_code(mei: Resident) -> None:
    with override("en"), override_settings(EMBEDDED=False), pytest.raises(CommandError, match="phones alone"):
        shown(str(mei.pk))
    assert not DeviceCredential.objects.exists()
