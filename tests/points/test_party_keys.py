"""
The ledger's tables can be cut by party: each key of theirs has the party in it, or a reason why it needs none.

PostgreSQL wants the column that a table is partitioned or sharded by in each of its unique keys (docs/scaling.md).
"""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import pytest
from django.db import connection

from points.posting import Redeem, post
from tests.ledger_world import NOON, LedgerWorld

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

REFERENCE: Final = "small, copied to every machine"
WORK: Final = "a work list: its rows are short-lived, and one process empties it"
LOG: Final = "the sealed order, of one sealer on one machine"
BOOKS: Final = "the checks' own"
# Tables that need not be cut by party, and why.
WHOLE: Final = {
    "points_issuer": REFERENCE,
    "points_terms": REFERENCE,
    "points_merchant": REFERENCE,
    "points_mode": REFERENCE,
    "points_unsealed": WORK,
    "points_sealed": LOG,
    "points_total": LOG,
    "points_log": LOG,
    "points_tile": LOG,
    "points_checkpoint": LOG,
    "points_cosignature": LOG,
    "points_books_check": BOOKS,
    "points_checked_total": BOOKS,
}
PARTY: Final = {"points_wallet": "id", "points_salt": "wallet_id"}  # elsewhere it is called party_id
KEYS: Final = """
    select r.relname, i.indexrelid::regclass::text, array_agg(a.attname::text order by k.place)
    from pg_index i
    join pg_class r on r.oid = i.indrelid
    cross join lateral unnest(i.indkey) with ordinality k (attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indisunique and r.relname like 'points\\_%' and r.relnamespace = 'public'::regnamespace
    group by 1, 2 order by 1, 2"""
TABLES: Final = (
    "select relname from pg_class where relname like 'points\\_%' and relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
)
REFERS: Final = """
    select r.relname, f.relname from pg_constraint c
    join pg_class r on r.oid = c.conrelid join pg_class f on f.oid = c.confrelid
    where c.contype = 'f' and r.relname like 'points\\_%'"""


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


def test_every_key_has_the_party_in_it() -> None:
    without = [
        (table, key)
        for table, key, columns in ask(KEYS)
        if isinstance(columns, list) and table not in WHOLE and PARTY.get(str(table), "party_id") not in columns
    ]

    assert without == []
    assert {"points_wallet", "points_account", "points_transfer", "points_posting", "points_refusal", "points_open_hold"} <= {
        table for table, _key, _columns in ask(KEYS) if table not in WHOLE
    }


def test_no_reason_is_kept_for_a_table_that_is_gone() -> None:
    assert set(WHOLE) | set(PARTY) <= {table for (table,) in ask(TABLES)}


def test_no_fact_refers_to_another_by_a_foreign_key() -> None:
    assert [(table, other) for table, other in ask(REFERS) if table not in WHOLE] == []


def test_an_earn_or_a_redemption_can_name_one_wallet_only(db: None) -> None:
    """A posting has the transfer's party, and its wallet accounts are that party's: there is no place for another."""
    ledger = LedgerWorld().open()
    mine, other = ledger.wallet(10), ledger.wallet(10)
    results = post([Redeem(wallet=mine, merchant=ledger.merchant, points=3, key="k", effective_at=NOON), ledger.earning(other, 2)], at=NOON)

    assert all(result.posted for result in results)
    assert (
        ask("""
        select p.transfer_id from points_posting p
        left join points_account a on a.party_id = p.party_id and a.id in (p.source_id, p.target_id)
        where a.id is null""")
        == []
    )
    named = ask("select count(distinct t.party_id), count(*) from points_transfer t join points_wallet w on w.id = t.counterparty_id")
    assert named == [(0, 0)]


def test_a_merchant_can_not_be_a_wallet_of_a_redemption(db: None) -> None:
    ledger = LedgerWorld().open()
    wallet, other = ledger.wallet(10), ledger.wallet(10)

    refused = post([Redeem(wallet=wallet, merchant=other, points=3, key=str(uuid4()), effective_at=NOON)], at=NOON)

    assert [result.outcome.value for result in refused] == ["unknown_merchant"]
