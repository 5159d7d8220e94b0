"""A closed day cites a checkpoint that enough witnesses cosigned; without them it closes all the same and waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from branches.models import Bank
from core.clock import now
from identity.models import User
from merchants.models import Cashier
from points.log.checkpoints import checkpoint_of, cosign, latest_checkpoint, make_checkpoint
from points.log.notes import WITNESS_KEY, Signer, split_note
from points.log.opened import leaf_proof
from residents.models import Resident
from settlements.citing import citation_of, cite_checkpoints
from settlements.models import BusinessDay, DayCheckpoint, IssuerStatement, MerchantLine, MerchantStatement
from settlements.services import close_day
from tests.points.log.world import EAST_WITNESS, WEST_WITNESS
from tests.settlements.world import redeem
from tests.world import give_points, moment

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def closed(mei: Resident, east: Bank, bakery: Cashier) -> BusinessDay:
    """A closed day with one redemption, in the log of three leaves."""
    give_points(resident=mei, bank=east, points=100)
    redeem(mei, bakery, 10, at=moment("2026-03-20"))
    return close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))


@pytest.fixture
def two_of_two(settings: Settings) -> None:
    """Both banks run a witness, and both must have signed."""
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key), str(WEST_WITNESS.key)]
    settings.LOG_QUORUM = 2


def sign(witness: Signer) -> int:
    """Let a witness cosign the newest checkpoint; its size."""
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    line = witness.cosign(split_note(checkpoint.note)[0], seconds=int(now().timestamp()))
    return cosign(size=checkpoint.size, line=line, at=now()).size


def test_without_witnesses_the_logs_own_signature_is_cited(closed: BusinessDay) -> None:
    assert cite_checkpoints(at=now()) == 0
    with override("en"):
        assert str(citation_of(day=closed)).startswith("Not signed yet: the day is closed")

    make_checkpoint(at=now())

    assert cite_checkpoints(at=now()) == 1
    assert DayCheckpoint.objects.get(day=closed).size == closed.number_upto == 3
    with override("en"):
        said = "In the first 3 leaves of the sealed log, signed by the log; there were no witnesses."
        assert (str(citation_of(day=closed)), citation_of(day=closed).count) == (said, "no bank yet")
    assert cite_checkpoints(at=now()) == 0


@pytest.mark.usefixtures("two_of_two")
def test_a_witness_that_is_away_is_waited_for(closed: BusinessDay) -> None:
    make_checkpoint(at=now())
    sign(EAST_WITNESS)

    assert cite_checkpoints(at=now()) == 0
    with override("en"):
        assert str(citation_of(day=closed)) == (
            "Waiting for witnesses: 1 of 2 witnesses (asked for: 2). The day is closed, and cites the sealed log when enough have signed."
        )

    sign(WEST_WITNESS)
    assert cite_checkpoints(at=now()) == 1
    with override("en"):
        assert str(citation_of(day=closed)) == (
            "In the first 3 leaves of the sealed log, cosigned by 2 of 2 witnesses (asked for: 2):"
            " east.example/witness, west.example/witness."
        )


def test_how_many_witnesses_there_were_stays_as_it_was(closed: BusinessDay, settings: Settings) -> None:
    third = Signer.of_seed("south.example/witness", b"s" * 32, kind=WITNESS_KEY)
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(each.key) for each in (EAST_WITNESS, WEST_WITNESS, third)], 2
    make_checkpoint(at=now())
    sign(EAST_WITNESS)
    sign(third)
    cite_checkpoints(at=now())
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key)], 1

    with override("en"):
        assert citation_of(day=closed).count == "2 of 3 witnesses (asked for: 2)"
    with pytest.raises(IntegrityError, match="settlements_daycheckpoint_asked_of_known"), transaction.atomic():
        DayCheckpoint.objects.create(day=unclosed(closed), size=3, witnesses=[], asked=2, known=1, cited_at=now())


def unclosed(closed: BusinessDay) -> BusinessDay:
    """The day after, which cites nothing yet."""
    return close_day(day=closed.day + timedelta(days=1), at=moment("2026-03-22", "00:30"))


def test_closing_says_how_far_the_witnesses_are(closed: BusinessDay, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key)], 1
    with override("en"):
        call_command("close_day", "--day", "2026-03-20")
        assert "Waiting for witnesses: 0 of 1 witness (asked for: 1)." in capsys.readouterr().out

        make_checkpoint(at=now())
        sign(EAST_WITNESS)
        cite_checkpoints(at=now())
        call_command("close_day", "--day", "2026-03-20")
        assert "cosigned by 1 of 1 witness (asked for: 1): east.example/witness." in capsys.readouterr().out


@pytest.mark.usefixtures("two_of_two")
def test_a_statement_shows_who_stands_behind_it(closed: BusinessDay, bakery: Cashier, operator: User) -> None:
    statement, owed = MerchantStatement.objects.get(), IssuerStatement.objects.first()
    assert owed is not None
    till, desk = Client(), Client()
    till.force_login(bakery.user, backend=BACKEND)
    desk.force_login(operator, backend=BACKEND)
    for client in (till, desk):
        client.cookies["django_language"] = "en"

    def shown() -> list[str]:
        return [
            till.get(f"/merchant/statements/{statement.pk}/").content.decode(),
            desk.get(f"/admin/settlements/merchantstatement/{statement.pk}/change/").content.decode(),
            desk.get(f"/admin/settlements/issuerstatement/{owed.pk}/change/").content.decode(),
        ]

    make_checkpoint(at=now())
    sign(EAST_WITNESS)
    for page in shown():
        assert "aiting for witnesses" in page
        assert "1 of 2 witnesses (asked for: 2)" in page
        assert "/api/v1/log/checkpoint/" not in page
    sign(WEST_WITNESS)
    cite_checkpoints(at=now())
    for page in shown():
        assert "2 of 2 witnesses (asked for: 2)" in page
        assert 'href="/api/v1/log/checkpoint/3"' in page
        assert "east.example/witness" in page


@pytest.mark.usefixtures("two_of_two")
def test_a_later_checkpoint_serves_as_well(closed: BusinessDay, mei: Resident, east: Bank) -> None:
    make_checkpoint(at=now())
    sign(EAST_WITNESS)
    give_points(resident=mei, bank=east, points=5)
    later = close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    make_checkpoint(at=now())
    for witness in (EAST_WITNESS, WEST_WITNESS):
        assert sign(witness) == 4

    assert cite_checkpoints(at=now()) == 2
    assert {row.day_id: row.size for row in DayCheckpoint.objects.all()} == {closed.day: 4, later.day: 4}


@pytest.mark.usefixtures("two_of_two")
def test_one_witness_does_not_count_twice(closed: BusinessDay) -> None:
    make_checkpoint(at=now())
    sign(EAST_WITNESS)
    sign(EAST_WITNESS)

    assert cite_checkpoints(at=now()) == 0


def test_each_line_of_a_statement_can_be_proven(closed: BusinessDay) -> None:
    make_checkpoint(at=now())
    cite_checkpoints(at=now())
    cited = checkpoint_of(size=DayCheckpoint.objects.get(day=closed).size)

    for line in MerchantLine.objects.all():
        receipt = leaf_proof(number=line.number)
        assert receipt is not None
        assert receipt.checkpoint == cited


def test_what_was_cited_stays(closed: BusinessDay) -> None:
    make_checkpoint(at=now())
    cite_checkpoints(at=now())

    for statement in ("update settlements_daycheckpoint set size = 1", "delete from settlements_daycheckpoint"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
