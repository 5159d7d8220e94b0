"""What the run-time login may do to the ledger: read it, and call its ways in."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.community.test_grants import FUNCTIONS
from tests.ledger_world import LedgerWorld, facts

TABLES = (
    "wallet",
    "issuer",
    "terms",
    "merchant",
    "account",
    "transfer",
    "posting",
    "refusal",
    "open_hold",
    "unsealed",
    "sealed",
    "total",
    "mode",
    "salt",
    "declaration",
    "log",
    "tile",
    "checkpoint",
    "cosignature",
)
ENTRIES = {name for name in FUNCTIONS if name.startswith("points_")}
WITH_REASONS = {"earning_take_back", "residents_adjust"}  # they read why in their package's rows, and call down
CALLED_BY_THEM = {"points_adjust", "points_claw_back"}
READERS = {"points_account_id", "points_facts", "points_kind", "points_nobody"}  # they run with the caller's own rights


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["delete from {}", "insert into {} default values", "truncate {}"])
def test_no_ledger_row_is_written_by_hand(ledger: LedgerWorld, table: str, statement: str) -> None:
    ledger.wallet(100)
    before = facts()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(f"points_{table}"))

    assert facts() == before


def test_no_balance_is_changed_by_hand(ledger: LedgerWorld) -> None:
    ledger.wallet(100)
    before = facts()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update points_account set balance = balance + 1")

    assert facts() == before


def test_only_the_ways_in_can_be_called(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace"
            " and starts_with(proname, 'points_') and has_function_privilege(current_user, oid, 'execute')"
        )
        allowed = {name for (name,) in cursor.fetchall()}

    assert allowed == ENTRIES


def test_every_way_in_pins_where_names_are_looked_up_and_compiles_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select proname, proconfig from pg_proc where pronamespace = 'public'::regnamespace and prosecdef")
        settings = dict(cursor.fetchall())

    ours = {name for name in settings if name.startswith("points_")}
    assert ours == (ENTRIES - READERS) | CALLED_BY_THEM
    assert settings.keys() >= WITH_REASONS
    assert all({"search_path=public, pg_temp", "jit=off"} <= set(config) for config in settings.values())
