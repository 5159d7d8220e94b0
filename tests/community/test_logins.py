"""Tests, like every process, run as the login that owns nothing."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, connections, transaction


def scalar(query: str, *, using: str = "default") -> object:
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        (value,) = cursor.fetchone()
    return value


@pytest.mark.django_db(databases=["default", "owner"])
def test_processes_and_migrations_are_two_logins_of_one_database() -> None:
    assert scalar("SELECT current_user") == settings.DATABASES["default"]["USER"]
    assert scalar("SELECT current_user", using="owner") == settings.DATABASES["owner"]["USER"]
    assert scalar("SELECT current_user") != scalar("SELECT current_user", using="owner")
    assert scalar("SELECT current_database()") == scalar("SELECT current_database()", using="owner")


@pytest.mark.django_db
def test_the_processes_login_is_no_superuser_and_makes_no_roles_or_databases() -> None:
    rights = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert scalar(rights) is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (one int)",
        "ALTER TABLE outbox_outboxevent ADD COLUMN two int",
        "DROP TABLE outbox_outboxevent",
        "TRUNCATE outbox_outboxevent",
        "ALTER TABLE outbox_outboxevent DISABLE TRIGGER ALL",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('points', '9999', now())",
    ],
)
def test_the_processes_login_changes_no_schema(statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_processes_login_reads_and_writes_ordinary_tables_and_has_a_schema_for_celery() -> None:
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        assert scalar(f"SELECT has_table_privilege('merchants_outlet', '{right}')") is True
    assert scalar("SELECT has_schema_privilege('celery', 'CREATE')") is True


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_new_function_of_the_owner_is_closed_to_everyone_else() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE FUNCTION pg_temp.probe() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        cursor.execute("SELECT proacl::text FROM pg_proc WHERE proname = 'probe'")
        (rights,) = cursor.fetchone()

    assert rights == f"{{{settings.DATABASES['owner']['USER']}=X/{settings.DATABASES['owner']['USER']}}}"
