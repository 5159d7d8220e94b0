"""The books check over statements: silent on what a closing wrote, and loud about every single change to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from branches.models import Bank
from merchants.models import Cashier
from points.audit.checks import check_files, run_checks
from residents.models import Resident
from settlements.books import STATEMENT_CHECKS
from settlements.models import MerchantLine, NetPayment
from settlements.services import close_day
from tests.reasons import give_reasons
from tests.settlements.world import redeem
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

# What could be done to the rows, and the check that is to see it.
CORRUPTIONS = [
    ("delete from settlements_merchantlinepart", "lines_are_their_numbers"),
    ("update settlements_merchantline set effective_at = effective_at + interval '1 hour'", "lines_are_their_numbers"),
    ("update settlements_merchantline set transfer_id = gen_random_uuid() where points = 7", "lines_are_their_numbers"),
    (
        "delete from settlements_merchantlinepart where points = 7; delete from settlements_merchantline where points = 7",
        "lines_are_their_numbers",
    ),
    (
        (
            "update settlements_merchantline l set statement_id = t.id from settlements_merchantstatement t"
            " where l.points = 7 and t.day_id = '2026-03-20' and t.points = 180"
        ),
        "lines_are_on_their_day",
    ),
    ("update settlements_merchantline set points = 8, amount_minor = 8 where points = 7", "parts_make_their_line"),
    ("update settlements_merchantline set amount_minor = 8 where points = 7", "parts_make_their_line"),
    (
        "update settlements_merchantstatement set amount_minor = 8, payable_minor = 8 where points = 7",
        "merchant_statements_are_their_lines",
    ),
    (
        "update settlements_merchantstatement set carried_in_minor = -2, payable_minor = 5 where points = 7",
        "merchant_statements_are_their_lines",
    ),
    ("update settlements_issuerline set points = points + 1 where points = 7", "issuer_statements_are_the_parts"),
    ("delete from settlements_issuerline where points = 7", "issuer_statements_are_the_parts"),
    ("update settlements_issuerstatement set fee_minor = fee_minor + 1 where points = 150", "issuer_statements_add_up"),
    (
        "update settlements_issuerstatement set own_minor = own_minor + 1, away_minor = away_minor - 1 where points = 430",
        "issuer_statements_add_up",
    ),
    (
        "update settlements_netposition set owed_minor = owed_minor + 1, owes_minor = owes_minor + 1",
        "positions_are_the_debts_between_banks",
    ),
    ("update settlements_netposition set fee_minor = 9 where fee_minor = 2", "positions_are_the_debts_between_banks"),
    ("update settlements_netpayment set amount_minor = amount_minor + 1", "payments_settle_positions"),
    ("update settlements_netpayment set payer_id = payee_id, payee_id = payer_id", "payments_settle_positions"),
    ("delete from settlements_netpayment", "payments_settle_positions"),
    ("update settlements_issuerstatement set fee_minor = 0", "each_day_sums_to_zero"),
    (
        (
            "alter table settlements_businessday drop constraint settlements_businessday_chain;"
            " update settlements_businessday set number_after = number_after + 1 where day = '2026-03-21'"
        ),
        "days_hold_all_numbers",
    ),
    ("update settlements_businessday set number_upto = number_upto + 100 where day = '2026-03-21'", "days_hold_all_numbers"),
    (
        (
            "insert into settlements_netpayment (day_id, payer_id, payee_id, amount_minor)"
            " select day_id, payee_id, payer_id, 5 from settlements_netpayment"
        ),
        "payments_settle_positions",
    ),
    (
        (
            "insert into settlements_daycheckpoint (day_id, size, witnesses, known, asked, cited_at)"
            " values ('2026-03-20', 999, '[]', 0, 0, now())"
        ),
        "cited_checkpoints_are_there",
    ),
]
CHECKS = {file.stem for file in STATEMENT_CHECKS.glob("*.sql")}


@pytest.fixture
def closed(zhang: Resident, mei: Resident, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier) -> Iterator[None]:
    """Two closed days with redemptions of both banks at both banks' merchants."""
    for resident, bank, points in ((zhang, west, 150), (zhang, east, 100), (mei, east, 500)):
        give_points(resident=resident, bank=bank, points=points, at=moment("2026-03-02"))
    redeem(zhang, bakery, 180, at=moment("2026-03-20"))
    redeem(mei, grocer, 400, at=moment("2026-03-20"))
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    redeem(zhang, grocer, 70, at=moment("2026-03-21"))
    redeem(mei, bakery, 7, at=moment("2026-03-21"))
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    redeem(mei, bakery, 3, at=moment("2026-03-22"))
    give_reasons()
    yield
    connections["owner"].close()


def drifted_after(change: str) -> set[str]:
    """Do as the owner what no process can, and name the checks that see it; then take it back."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(change)
        found = {drift.check for drift in run_checks(check_files([STATEMENT_CHECKS]), using="owner")}
        transaction.set_rollback(True, using="owner")
    return found


def test_the_statements_of_closed_days_are_whole(closed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_checks(check_files([STATEMENT_CHECKS])) == []
    call_command("check_books")
    assert MerchantLine.objects.count() == 4
    assert NetPayment.objects.count() == 2


def test_every_change_is_found(closed: None) -> None:
    missed = [(change, check) for change, check in CORRUPTIONS if check not in drifted_after(change)]

    assert missed == []
    assert run_checks(check_files([STATEMENT_CHECKS])) == []  # each change was rolled back
    assert {check for _change, check in CORRUPTIONS} == CHECKS


def test_each_check_has_a_name_in_words() -> None:
    for file in STATEMENT_CHECKS.glob("*.sql"):
        assert file.read_text(encoding="utf-8").startswith("-- "), file.name
    assert len(CHECKS) == 11
