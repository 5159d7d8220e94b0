"""
Every right of the run-time login, and of everybody, held against the lists below.

A new table or function has the ordinary rights or none until somebody decides: whoever adds one adds it here, with as
little as its services need, and takes the rest away in its migration (core/grants.py, or the end of its SQL file).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core.grants import ORDINARY

pytestmark = pytest.mark.django_db

READ: Final = "select"
ADD: Final = "select, insert"
ADD_AND_CLEAN: Final = "select, insert, delete"
TABLES: Final[Mapping[str, str]] = {
    "account_emailaddress": ORDINARY,
    "account_emailconfirmation": ORDINARY,
    "auth_group": ORDINARY,
    "auth_group_permissions": ORDINARY,
    "auth_permission": ORDINARY,
    "branches_alliance": ORDINARY,
    "decisions_approval": "select, insert, update (state, checker_id, decided_at, closed_at, refusal)",
    "branches_bank": ORDINARY,
    "branches_branch": ORDINARY,
    "imports_fileimport": ORDINARY,
    "imports_fileimporterror": ADD,
    "issuing_issuanceslice": ORDINARY,
    "issuing_issuercontrol": ORDINARY,
    "branches_neighborhood": ORDINARY,
    "branches_staffrole": ORDINARY,
    "cache_entry": ORDINARY,
    "channels_message": ORDINARY,
    "core_kept_answer": "select, insert, delete, update (answer)",
    "core_security_event": READ,
    "counting_counter": ORDINARY,
    "django_admin_log": ADD,
    "django_content_type": ORDINARY,
    "django_migrations": READ,
    "django_session": ORDINARY,
    "earning_award": ADD,
    "earning_cancellation": ADD,
    "earning_dayuse": ORDINARY,
    "earning_event": "select, insert, update (status, link_id, wallet_id)",
    "earning_eventconflict": ADD,
    "earning_rule": ORDINARY,
    "earning_ruleversion": ORDINARY,
    "earning_takenback": READ,
    "identity_signincode": ORDINARY,
    "identity_opensession": ORDINARY,
    "identity_user": ORDINARY,
    "identity_user_groups": ORDINARY,
    "identity_user_user_permissions": ORDINARY,
    "merchants_cashier": ORDINARY,
    "merchants_merchant": ORDINARY,
    "merchants_outlet": ORDINARY,
    "oauth2_provider_accesstoken": ORDINARY,
    "oauth2_provider_devicegrant": ORDINARY,
    "oauth2_provider_grant": ORDINARY,
    "oauth2_provider_idtoken": ORDINARY,
    "oauth2_provider_refreshtoken": ORDINARY,
    "openapi_client": ORDINARY,
    "outbox_outboxevent": "select, insert, delete, update (tries, next_try_at, last_error)",
    "points_account": READ,
    "points_books_check": ADD_AND_CLEAN,
    "points_checked_total": ORDINARY,
    "points_checkpoint": READ,
    "points_cosignature": READ,
    "points_issuer": READ,
    "points_log": READ,
    "points_merchant": READ,
    "points_mode": READ,
    "points_open_hold": READ,
    "points_posting": READ,
    "points_refusal": READ,
    "points_salt": READ,
    "points_sealed": READ,
    "points_declaration": READ,
    "points_terms": READ,
    "points_tile": READ,
    "points_total": READ,
    "points_transfer": READ,
    "points_unsealed": READ,
    "points_wallet": READ,
    "redemptions_checkout": "select, insert, update (closed_at)",
    "redemptions_codeattempt": ADD_AND_CLEAN,
    "redemptions_devicecredential": ORDINARY,
    "redemptions_redemption": "select, insert, update (given_back)",
    "redemptions_refund": ADD,
    "redemptions_refusedredemption": ADD,
    "redemptions_undo": ADD,
    "redemptions_usedcode": ADD_AND_CLEAN,
    "residents_banklink": ORDINARY,
    "residents_claimcode": ORDINARY,
    "residents_claimtry": ORDINARY,
    "residents_expirynotice": ADD,
    "residents_gift": ADD,
    "residents_giftday": ORDINARY,
    "residents_resident": ORDINARY,
    "settlements_businessday": ADD,
    "settlements_daycheckpoint": ADD,
    "settlements_issuerline": ADD,
    "settlements_issuerstatement": ADD,
    "settlements_merchantline": ADD,
    "settlements_merchantlinepart": ADD,
    "settlements_merchantstatement": ADD,
    "settlements_netpayment": ADD,
    "settlements_netposition": ADD,
}
# Those of everybody: none. Those of the run-time login: the others are called by functions, or by the owner alone.
FUNCTIONS: Final = {
    "core_record_security_event",
    "earning_take_back",
    "merchants_working_till",
    "outbox_publish",
    "points_account_id",
    "points_add_terms",
    "points_close_merchant",
    "points_expire",
    "points_facts",
    "points_freeze_wallet",
    "points_gift",
    "points_keep_checkpoint",
    "points_keep_cosignature",
    "points_kind",
    "points_lift_suspension",
    "points_merge",
    "points_nobody",
    "points_open_issuer",
    "points_open_merchant",
    "points_open_wallets",
    "points_post",
    "points_seal",
    "points_settle",
    "points_record_declaration",
    "points_suspend_issuer",
    "points_unfreeze_wallet",
    "redemptions_answer",
    "redemptions_lock_checkout",
    "redemptions_redeem",
    "redemptions_redeem_unhindered",
    "residents_adjust",
}
# Numbers of rows that functions of the owner write; all others give the run-time login their next number.
NOT_DRAWN: Final = {
    "core_security_event_id_seq",
    "django_migrations_id_seq",
    "earning_takenback_id_seq",
    "points_terms_id_seq",
    "points_unsealed_position_seq",
}

RIGHTS: Final = """
    select c.relname, lower(a.privilege_type), null
    from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.grantee = any (%(whose)s::oid[])
    union all
    select c.relname, lower(a.privilege_type), t.attname
    from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
    where c.relnamespace = 'public'::regnamespace and a.grantee = any (%(whose)s::oid[])"""
CALLABLE: Final = """
    select distinct p.proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.pronamespace = 'public'::regnamespace and a.grantee = any (%(whose)s::oid[])"""
COUNTED: Final = """
    select c.relname, coalesce(string_agg(lower(a.privilege_type), ', ' order by lower(a.privilege_type)), '')
    from pg_class c left join aclexplode(coalesce(c.relacl, acldefault('s', c.relowner))) a on a.grantee = any (%(whose)s::oid[])
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    group by 1"""
EVERYBODY: Final = 0
NOTHING: Final = ""


def found(statement: str, *whose: int) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"whose": [str(one) for one in whose]})
        return list(cursor.fetchall())


def app() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select current_user::regrole::oid")
        return int(cursor.fetchone()[0])


def declared() -> set[tuple[str, str, str | None]]:
    """The table above, as PostgreSQL has it."""
    rights: set[tuple[str, str, str | None]] = set()
    for table, said in TABLES.items():
        whole, _, columns = said.partition(", update (")
        rights |= {(table, right, None) for right in whole.split(", ")}
        rights |= {(table, "update", column) for column in columns.rstrip(")").split(", ") if column}
    return rights


def test_the_rights_on_every_table_are_those_declared() -> None:
    without_redis = "cache_entry" in connection.introspection.table_names()  # the cache is a table there
    assert {row for row in declared() if without_redis or row[0] != "cache_entry"} ^ set(found(RIGHTS, app())) == set()
    assert found(RIGHTS, EVERYBODY) == []


def test_the_functions_that_may_be_called_are_those_declared() -> None:
    assert {name for (name,) in found(CALLABLE, app())} ^ FUNCTIONS == set()
    assert found(CALLABLE, EVERYBODY) == []


def test_the_numbers_that_may_be_drawn_are_those_declared() -> None:
    rights = {name: said for (name, said) in found(COUNTED, app())}  # noqa: C416  a row may have any length to mypy

    assert {name for name, said in rights.items() if said == NOTHING} == NOT_DRAWN
    assert set(rights.values()) == {NOTHING, "select, usage"}
    assert {said for _name, said in found(COUNTED, EVERYBODY)} == {NOTHING}


@pytest.mark.parametrize("statement", ["create table public.mine (id int)", "create schema mine", "set role owner"])
def test_the_run_time_login_makes_nothing_of_its_own(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
