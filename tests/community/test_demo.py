"""The demo neighborhood comes to life through the real services, once."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from branches.models import Alliance
from community.management.commands.demo import fill
from earning.models import Award
from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.log.sealing import seal_all
from redemptions.models import Redemption
from residents.models import Resident
from settlements.models import BusinessDay

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_a_few_days_of_the_demo_leave_whole_books() -> None:
    fill(days=12)  # transfers of the West Bank become spendable after seven

    assert Resident.objects.count() == 200
    assert Resident.objects.filter(user__isnull=False).count() == 60
    assert Award.objects.filter(points__gt=0).count() > 200
    assert Redemption.objects.count() > 10
    assert BusinessDay.objects.count() == 12
    seal_all()
    assert run_checks(check_files([LEDGER_CHECKS])) == []


def test_a_system_with_an_alliance_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    alliance = Alliance.objects.create(name="Real")

    call_command("demo")
    call_command("demo", if_empty=True)

    assert list(Alliance.objects.all()) == [alliance]
    assert capsys.readouterr().out == "There is an alliance already, and it is no demo; nothing was changed.\n"


def test_a_system_with_a_database_of_its_own_is_not_filled(settings: Settings) -> None:
    settings.EMBEDDED = False

    with pytest.raises(CommandError, match="embedded system only"):
        call_command("demo")

    assert not Alliance.objects.exists()
