"""
Every column of every ledger and statement table, changed by hand: the books check finds it, or the list below says why not.

The corruptions are made from `information_schema`, so a new table or column is corrupted too: whoever adds one adds a check
that finds it, or a reason here. Each is done as the owner of the database with all constraints gone, and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pytest
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from pytest_django import Settings

from branches.choices import Role
from branches.models import Alliance, Bank
from core.clock import now
from decisions.services import approve, carry_out
from identity.models import User
from issuing.services.suspension import LIFT_SUSPENSION, ask_lift, suspend_bank
from merchants.models import Cashier
from points.audit.checks import LEDGER_CHECKS, Check, check_files
from points.expiry import expire_due
from points.log.books import CHECKS as LOG_CHECKS
from points.log.checkpoints import cosign, latest_checkpoint, make_checkpoint
from points.log.notes import split_note
from points.log.sealing import seal_all
from points.parties import freeze_wallet
from points.posting import Settle, merge, post_one, settle
from points.queries import terms_on
from residents.choices import Correction
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT, ask_adjustment
from settlements.books import REASON_CHECKS, STATEMENT_CHECKS
from settlements.citing import cite_checkpoints
from settlements.models import IssuerLine
from settlements.services import close_day
from tests.corruption import undone_by_the_owner
from tests.ledger_world import NOON, LedgerWorld
from tests.points.log.world import EAST_WITNESS
from tests.reasons import give_reasons
from tests.settlements.world import redeem
from tests.world import give_points, make_bank, make_staff_user, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

ANYTHING: Final = "*"
STATE: Final = "a present state, not a fact; what it refused is in the leaves"
CLOCK: Final = "when something happened, and nothing is computed from it"
SURROGATE: Final = "a row's number for Django; nothing refers to it"
ALIAS: Final = "how the asker names the request, kept by the asker too; the fact is in the leaf under its id"
# (table, column or what was done to the row) → why no check finds it
WORK: Final = "a work list: a row is there while the work is to do"
NOT_FOUND: Final[dict[tuple[str, str], str]] = {
    ("points_books_check", ANYTHING): "how checks ended; a full check reads nothing of them",
    ("points_checked_total", ANYTHING): "the checks' own sums, made anew by each full check",
    ("points_wallet", "opened_at"): CLOCK,
    ("points_wallet", "closed_at"): "when; that a merged wallet is closed is checked",
    ("points_wallet", "frozen_at"): STATE,
    ("points_issuer", "opened_at"): CLOCK,
    ("points_merchant", "opened_at"): CLOCK,
    ("points_merchant", "closed_at"): STATE,
    ("points_log", "one"): "a constant; the row is read whatever it says",
    ("points_mode", "one"): "a constant; the row is read whatever it says",
    ("points_mode", "sandbox"): "which clock is asked, not what is in the books",
    ("points_mode", "deleted"): "no row is no sandbox",
    ("points_salt", "deleted"): "an erased salt is what the law may ask for",
    ("points_refusal", "request_hash"): ALIAS,
    ("points_refusal", "available"): "what was told beside the refusal; the refusal itself is in the leaf",
    ("points_open_hold", "due_at"): WORK,
    ("points_unsealed", "position"): WORK,
    ("points_sealed", "sealed_at"): "of it only the day counts, which the totals have",
    ("points_checkpoint", "made_at"): CLOCK,
    ("points_cosignature", "received_at"): CLOCK,
    ("settlements_businessday", "closed_at"): CLOCK,
    ("settlements_businessday", "closed_by"): "who asked for the closing; it comes to the same",
    ("settlements_businessday", "person_id"): "who closed it by hand; it comes to the same",
    ("settlements_daycheckpoint", "cited_at"): CLOCK,
    ("settlements_daycheckpoint", "known"): "how many witnesses there were then; a setting of that day, which nothing else keeps",
    ("settlements_daycheckpoint", "deleted"): "a day may still wait for its witnesses",
    ("settlements_merchantlinepart", "id"): SURROGATE,
    ("settlements_merchantline", "redemption_id"): "the receipt's number, for reading; the transfer beside it is checked",
    ("settlements_netpayment", "id"): SURROGATE,
    ("settlements_netposition", "id"): SURROGATE,
}
TABLES: Final = """
    select c.table_name, array_agg(c.column_name::text order by c.ordinal_position)
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
        and (c.table_name like 'points\\_%' or c.table_name like 'settlements\\_%')
    group by 1 order by 1"""
CONSTRAINTS: Final = """
    select r.relname, c.conname from pg_constraint c join pg_class r on r.oid = c.conrelid
    where (r.relname like 'points\\_%' or r.relname like 'settlements\\_%') and c.contype <> 'n'"""
DOMAINS: Final = "select contypid::regtype::text, conname from pg_constraint where contypid > 0 and starts_with(conname, 'points_')"
INDEXES: Final = """
    select i.indexrelid::regclass::text from pg_index i join pg_class r on r.oid = i.indrelid
    where (r.relname like 'points\\_%' or r.relname like 'settlements\\_%') and i.indisunique"""
IDENTITIES: Final = """
    select table_name, column_name from information_schema.columns
    where is_identity = 'YES' and (table_name like 'points\\_%' or table_name like 'settlements\\_%')"""
# Until it has a number, for a second, a fact has no leaf.
WAITS_FOR_NOTHING: Final = "not exists (select from points_unsealed u where position(u.party_id::text in t::text) > 0)"
KINDS: Final = ("reason", "kind", "what", "level")  # rows that differ in these mean different things: one of each is corrupted
OTHER_VALUE: Final = {
    "uuid": "gen_random_uuid()",
    "text": "{0} || 'x'",
    "character varying": "left({0}, -1) || case right({0}, 1) when 'x' then 'y' else 'x' end",  # no longer than it may be
    "smallint": "{0} + 1",
    "integer": "{0} + 1",
    "bigint": "{0} + 1",
    "date": "{0} + 1",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "bytea": "set_byte({0}, octet_length({0}) / 2, get_byte({0}, octet_length({0}) / 2) # 1)",
    "jsonb": "case jsonb_typeof({0}) when 'array' then {0} || '[\"x\"]' else {0} || '{{\"x\": 1}}' end",
    "boolean": "(not {0})",
}


@dataclass(frozen=True, slots=True)
class Corruption:
    """One thing a hand could do. `about` is the column, or what was done to the whole row."""

    table: str
    about: str
    statement: str


@pytest.fixture
def books(
    zhang: Resident,
    mei: Resident,
    east: Bank,
    west: Bank,
    bakery: Cashier,
    grocer: Cashier,
    corrected: None,
    suspended: None,
    settings: Settings,
) -> Iterator[None]:
    """Two closed days that cite a cosigned checkpoint, every verb and a refusal; some sealed after the days, some not yet."""
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key)], 1
    for resident, bank, points in ((zhang, west, 300), (zhang, east, 100), (mei, east, 500)):
        give_points(resident=resident, bank=bank, points=points, at=moment("2026-03-02"))
    give_points(resident=zhang, bank=east, points=11, at=moment("2025-02-10"))
    assert expire_due(at=moment("2026-03-19")) == 1
    party, terms = bakery.outlet.merchant.party_id, terms_on(east.issuer_id, date(2026, 3, 20)).id
    ledger = _every_verb(LedgerWorld(issuer=east.issuer_id, merchant=party, terms=terms))
    redeem(zhang, bakery, 180, at=moment("2026-03-20"))
    redeem(mei, grocer, 400, at=moment("2026-03-20"))
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    redeem(zhang, grocer, 70, at=moment("2026-03-21"))
    redeem(mei, bakery, 7, at=moment("2026-03-21"))
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    redeem(mei, bakery, 3, at=moment("2026-03-22"))
    line = IssuerLine.objects.select_related("statement__bank", "merchant").order_by("pk")[0]
    merchant, issuer = line.merchant.party_id, line.statement.bank.issuer_id
    paid = Settle(merchant=merchant, issuer=issuer, points=line.points, key=str(line.pk), effective_at=moment("2026-03-22"))
    assert settle([paid], at=moment("2026-03-22"))[0].posted
    give_reasons()
    seal_all()
    assert make_checkpoint(at=now())
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    text, _lines = split_note(checkpoint.note)
    cosign(size=checkpoint.size, line=EAST_WITNESS.cosign(text, seconds=int(now().timestamp())), at=now())
    assert cite_checkpoints(at=now()) == 2
    ledger.wallet(5)  # waits for its number
    give_reasons()
    yield
    connections["owner"].close()


@pytest.fixture
def corrected(mei: Resident, east_clerk: User, east_manager: User) -> None:
    """Mei was given points and lost some, each time by two people."""
    at = moment("2026-03-18")
    for way, points in ((Correction.GIVE, 30), (Correction.TAKE, 10)):
        asked = ask_adjustment(clerk=east_clerk, link=mei.links.get(), way=way, points=points, reason="x", at=at)
        carry_out(approval_id=approve(approval=asked, checker=east_manager, at=at).pk, decision=ADJUSTMENT, at=at).or_raise()


@pytest.fixture
def suspended(alliance: Alliance, operator: User) -> None:
    """One bank's points wait, and another's do no more."""
    north, south = make_bank(code="NB", name="North Bank", alliance=alliance), make_bank(code="SB", name="South Bank", alliance=alliance)
    second = make_staff_user(username="second_operator", role=Role.OPERATOR)
    for bank in (north, south):
        suspend_bank(bank=bank, actor=operator, at=moment("2026-03-17"))
    asked = ask_lift(maker=operator, bank=south, reason="x", at=moment("2026-03-18"))
    given = approve(approval=asked, checker=second, at=moment("2026-03-18"))
    carry_out(approval_id=given.pk, decision=LIFT_SUSPENSION, at=moment("2026-03-18")).or_raise()


def _every_verb(ledger: LedgerWorld) -> LedgerWorld:
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 40)
    ledger.redeem(wallet, 1000, key="refused")
    assert spent.transfer_id is not None
    ledger.reverse(wallet, spent.transfer_id, 15)
    ledger.capture(wallet, ledger.hold(wallet, 20), 5)
    ledger.release(wallet, ledger.hold(wallet, 4))
    ledger.hold(wallet, 3)
    ledger.give(wallet, ledger.wallet(2), 7)
    ledger.claw_back(wallet, ledger.earn(wallet, 9).transfer_id)
    ledger.wallet(3, available_on=date(2026, 4, 1))
    noted = replace(ledger.earning(wallet, 2), facts={"rule": "GIVEN-0", "version": 1})
    assert post_one(noted, at=NOON).posted
    merged = ledger.wallet(6)
    merge(wallet=merged, into=wallet, key="merge", at=NOON)
    freeze_wallet(wallet, at=NOON)
    give_reasons()
    return ledger


@contextmanager
def nothing_holds() -> Iterator[CursorWrapper]:
    """The owner's hand, with no constraint, no unique index and no trigger on the tables; undone."""
    with undone_by_the_owner() as owner:
        owner.execute(CONSTRAINTS)
        for table, name in owner.fetchall():
            owner.execute(f'alter table {table} drop constraint if exists "{name}" cascade')
        owner.execute(DOMAINS)
        for domain, name in owner.fetchall():
            owner.execute(f'alter domain {domain} drop constraint "{name}"')
        owner.execute(INDEXES)
        for (name,) in owner.fetchall():
            owner.execute(f"drop index {name}")
        owner.execute(IDENTITIES)
        for table, column in owner.fetchall():
            owner.execute(f"alter table {table} alter column {column} drop identity")
        owner.execute(TABLES)
        for table, _columns in owner.fetchall():
            owner.execute(f"alter table {table} disable trigger user")
        yield owner


def corruptions(owner: CursorWrapper) -> Iterator[Corruption]:
    owner.execute(TABLES)
    for table, columns in owner.fetchall():
        rows = _rows(owner, table, columns)
        for row in rows:
            yield Corruption(table, "deleted", f"delete from {table} where ctid = '{row}'")
            yield Corruption(table, "doubled", f"insert into {table} select * from {table} where ctid = '{row}'")
        for column in columns:
            owner.execute(f'select min(ctid)::text from {table} t where "{column}" is not null and {_settled(table)}')
            (filled,) = owner.fetchone()
            for row in dict.fromkeys([*rows, *([filled] if filled else [])]):
                yield from _of_column(owner, table, column, row)


def _rows(owner: CursorWrapper, table: str, columns: list[str]) -> list[str]:
    """One row of each meaning that the table knows."""
    kinds = [column for column in columns if column in KINDS]
    by = ", ".join(kinds) or "()"
    owner.execute(f"select (array_agg(ctid order by ctid))[1]::text from {table} t where {_settled(table)} group by {by} order by 1")
    return [row for (row,) in owner.fetchall()]


def _settled(table: str) -> str:
    return "true" if table == "points_unsealed" else WAITS_FOR_NOTHING


def _of_column(owner: CursorWrapper, table: str, column: str, row: str) -> Iterator[Corruption]:
    """Another value; that of another row, as if redirected; none, where none is possible."""
    owner.execute(
        "select data_type, is_nullable = 'YES' from information_schema.columns where table_name = %s and column_name = %s", [table, column]
    )
    kind, nullable = owner.fetchone()
    name = f'"{column}"'
    values = [
        OTHER_VALUE[kind].format(name),
        f"(select o.{name} from {table} o where o.{name} is distinct from t.{name} order by o.ctid limit 1)",
        f"(select o.{name} from {table} o where o.{name} is not null and t.{name} is null limit 1)",
    ]
    for value in values:
        where = f"ctid = '{row}' and {value} is not null and {value} is distinct from {name}"
        yield Corruption(table, column, f"update {table} t set {name} = {value} where {where}")
    if nullable:
        yield Corruption(table, column, f"update {table} set {name} = null where ctid = '{row}' and {name} is not null")


def is_found(checks: Sequence[Check]) -> bool:
    """Whether a check finds anything; the first one that does is enough."""
    return any(next(check.run(using="owner", advance=int), None) for check in checks)


def try_out(owner: CursorWrapper, corruption: Corruption, checks: Sequence[Check]) -> bool | None:
    """Whether it was found; None when there was nothing to change."""
    with transaction.atomic(using="owner"):
        owner.execute(corruption.statement)
        found = is_found(checks) if owner.rowcount else None
        transaction.set_rollback(True, using="owner")
    return found


def test_every_corruption_is_found_or_excused(books: None) -> None:
    checks: list[Check] = [*check_files([LEDGER_CHECKS, STATEMENT_CHECKS, REASON_CHECKS]), *LOG_CHECKS]
    with nothing_holds() as owner:
        assert not is_found(checks)
        tried = [(corruption, try_out(owner, corruption, checks)) for corruption in list(corruptions(owner))]
    assert not is_found(checks), "every corruption was undone"

    missed = {(corruption.table, corruption.about) for corruption, found in tried if found is False}
    done = {(corruption.table, corruption.about) for corruption, found in tried if found is not None}
    excuses = {(table, about) for table, about in NOT_FOUND if about != ANYTHING}
    assert sorted(key for key in missed if not excused(*key)) == []
    assert sorted({(corruption.table, corruption.about) for corruption, _found in tried} - done - excuses) == [], (
        "a column the world leaves empty"
    )
    assert sorted(excuses & (done - missed)) == [], "reasons for what is found by now"
    assert len([found for _corruption, found in tried if found is not None]) > 500


def excused(table: str, about: str) -> bool:
    """Whether the list has a reason why it isn't found."""
    return (table, about) in NOT_FOUND or (table, ANYTHING) in NOT_FOUND
