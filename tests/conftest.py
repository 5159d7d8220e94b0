"""The cast: two banks, three residents, two tills, and the staff who look on."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation

from branches.choices import Role
from branches.models import Alliance, Bank, Branch
from branches.services import found_alliance
from community.sign_in import SECRETS_OF_CLIENTS
from identity.models import User
from merchants.models import Cashier
from residents.models import Resident
from tests.clock import Clock, clock_in_hand
from tests.database import django_db_setup
from tests.world import branch_of, make_bank, make_branch, make_cashier, make_merchant, make_resident, make_staff_user, somebody

__all__ = ("django_db_setup",)  # stands in for pytest-django's own

hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that nothing long is left for one worker at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def _light_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files without having collected them, files in a folder of the run, and passwords hashed quickly."""
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PRIVATE_ROOT=tmp_path_factory.mktemp("private"),
        STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher", SECRETS_OF_CLIENTS],
    ):
        yield


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock | None]:
    """The clock, held; unless the test says `real_clock`, because a clock is asked that nobody can hold."""
    if request.node.get_closest_marker("real_clock"):
        yield None
        return
    with clock_in_hand(monkeypatch) as held:
        yield held


@pytest.fixture(autouse=True)
def _no_earlier_rates() -> None:
    """Each test begins with an empty cache: one in Redis isn't rolled back, and the tries that were counted there are another's."""
    if "Redis" in settings.CACHES["default"]["BACKEND"]:
        cache.clear()


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """Each test begins in the default language: a request of the one before leaves its own on the thread."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def alliance(db: None) -> Alliance:
    """The alliance, with its fee of 50 basis points."""
    return found_alliance(actor=somebody(), name="Neighbors", fee_bps=50)


@pytest.fixture
def east(alliance: Alliance) -> Bank:
    """East Bank: points expire at the end of the same month of the next year."""
    return make_bank(code="EB", name="East Bank", alliance=alliance, months=12, grace_days=30)


@pytest.fixture
def west(alliance: Alliance) -> Bank:
    """West Bank: points expire at the end of the sixth month after."""
    return make_bank(code="WB", name="West Bank", alliance=alliance, months=6, grace_days=30)


@pytest.fixture
def east_branch(east: Bank) -> Branch:
    """East Bank's first branch, where Mei belongs."""
    return branch_of(east)


@pytest.fixture
def east_other_branch(east: Bank) -> Branch:
    """Another branch of East Bank."""
    return make_branch(bank=east, code="EB-2")


@pytest.fixture
def mei(east: Bank) -> Resident:
    """Mei, customer 1001 of East Bank."""
    return make_resident(links={east: "1001"}, name="Mei", phone="+8613800001001")


@pytest.fixture
def tom(west: Bank) -> Resident:
    """Tom, customer 2001 of West Bank; must never see Mei."""
    return make_resident(links={west: "2001"}, name="Tom", phone="+8613800002001")


@pytest.fixture
def zhang(east: Bank, west: Bank) -> Resident:
    """Zhang, customer of both banks, with one wallet."""
    return make_resident(links={east: "1003", west: "2003"}, name="Zhang", phone="+8613800001003")


@pytest.fixture
def bakery(east: Bank) -> Cashier:
    """The cashier of Bakery, a merchant East Bank acquires."""
    return make_cashier(merchant=make_merchant(name="Bakery", acquirer=east), phone="+8613900000001", name="Bao")


@pytest.fixture
def grocer(west: Bank) -> Cashier:
    """The cashier of Grocer, a merchant West Bank acquires."""
    return make_cashier(merchant=make_merchant(name="Grocer", acquirer=west), phone="+8613900000002", name="Gu")


@pytest.fixture
def east_clerk(east_branch: Branch) -> User:
    """A clerk of East Bank's first branch."""
    return make_staff_user(username="east_clerk", role=Role.CLERK, branch=east_branch)


@pytest.fixture
def east_other_clerk(east_other_branch: Branch) -> User:
    """A clerk of East Bank's other branch."""
    return make_staff_user(username="east_other_clerk", role=Role.CLERK, branch=east_other_branch)


@pytest.fixture
def east_branch_manager(east_branch: Branch) -> User:
    """The manager of East Bank's first branch."""
    return make_staff_user(username="east_branch_manager", role=Role.BRANCH_MANAGER, branch=east_branch)


@pytest.fixture
def east_manager(east: Bank) -> User:
    """The manager of East Bank, who approves."""
    return make_staff_user(username="east_manager", role=Role.BANK_MANAGER, bank=east)


@pytest.fixture
def west_clerk(west: Bank) -> User:
    """A clerk of West Bank's first branch."""
    return make_staff_user(username="west_clerk", role=Role.CLERK, branch=branch_of(west))


@pytest.fixture
def west_manager(west: Bank) -> User:
    """The manager of West Bank."""
    return make_staff_user(username="west_manager", role=Role.BANK_MANAGER, bank=west)


@pytest.fixture
def operator(db: None) -> User:
    """The alliance's operator."""
    return make_staff_user(username="operator", role=Role.OPERATOR)


@pytest.fixture
def auditor(db: None) -> User:
    """The alliance's auditor, who only reads."""
    return make_staff_user(username="auditor", role=Role.AUDITOR)
