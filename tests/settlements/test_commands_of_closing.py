"""Close days and export statements from the command line."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from branches.models import Bank
from core.clock import alliance_day, now
from merchants.models import Cashier
from points.queries import last_sealed
from residents.models import Resident
from settlements.choices import Closer
from settlements.models import BusinessDay
from settlements.tasks import close_yesterday
from tests.settlements.world import redeem
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def spent(mei: Resident, east: Bank, grocer: Cashier) -> None:
    """Mei spent 400 of her 500 points at Grocer."""
    give_points(resident=mei, bank=east, points=500, at=moment("2026-03-02"))
    redeem(mei, grocer, 400, at=moment("2026-03-20"))


def test_a_day_is_closed_and_said_to_be(spent: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_day", "--day", "2026-03-20")

    said = capsys.readouterr().out
    assert "2026-03-20" in said
    assert "4.00" in said
    assert BusinessDay.objects.get().closed_by == Closer.COMMAND


def test_without_a_day_yesterday_is_closed(spent: None) -> None:
    call_command("close_day")

    assert BusinessDay.objects.get().day == alliance_day(now()) - timedelta(days=1)


def test_a_refusal_is_a_sentence_and_status_2(spent: None) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("close_day", "--day", (alliance_day(now()) + timedelta(days=2)).isoformat())

    assert refusal.value.returncode == 2
    assert not BusinessDay.objects.exists()
    assert last_sealed() == 0


def test_the_statements_are_written_as_files(spent: None, tmp_path: Path) -> None:
    call_command("close_day", "--day", "2026-03-20")

    call_command("statements", "--day", "2026-03-20", "--out", str(tmp_path / "sheets"))

    files = {file.name for file in (tmp_path / "sheets").iterdir()}
    assert files == {"merchants.csv", "merchant_lines.csv", "issuers.csv", "issuer_lines.csv", "positions.csv", "netting.csv"}
    assert (tmp_path / "sheets" / "merchants.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "sheets" / "merchant_lines.csv").open(encoding="utf-8-sig", newline="") as file:
        [line] = csv.DictReader(file)
    assert (line["merchant"], line["issuer"], line["amount"], line["happened_at"]) == ("Grocer", "EB", "4.00", "2026-03-20T12:00:00+08:00")


def test_statements_of_a_day_that_is_not_closed_are_refused(spent: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not closed") as refusal:
        call_command("statements", "--day", "2026-03-20", "--out", str(tmp_path / "sheets"))

    assert refusal.value.returncode == 2
    assert not (tmp_path / "sheets").exists()


def test_the_scheduled_task_closes_yesterday_once(spent: None) -> None:
    close_yesterday()
    close_yesterday()

    assert BusinessDay.objects.get().day == date.fromisoformat(str(alliance_day(now()) - timedelta(days=1)))
    assert BusinessDay.objects.get().closed_by == Closer.SCHEDULE
