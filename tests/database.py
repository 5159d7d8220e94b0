"""
Pytest plugin: the databases tests run on.

Without DATABASE_URL it starts a PostgreSQL of its own under `var/test`, shared by parallel workers and by test runs that
happen at the same time; each run has databases named after its process. Tests run as the login `app` in a database that
`owner` made, migrated and marked as a sandbox.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions
import pytest
from pytest_django import DjangoDbBlocker

ROOT: Final = Path(__file__).resolve().parent.parent
RUN: Final = "POINTS_TEST_RUN"  # the first process of the run tells the others its name
FILLED_BY_MIGRATIONS: Final = ("django_migrations", "django_content_type", "auth_permission", "points_mode")
# What no login may call, lent to tests of the ledger alone; in a schema of its own, apart from all that the product grants.
LEND: Final = """
    CREATE SCHEMA IF NOT EXISTS hands;
    GRANT USAGE ON SCHEMA hands TO {app};
    CREATE OR REPLACE FUNCTION hands.{entry}(jsonb, timestamptz, date) RETURNS SETOF points_answer
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT * FROM public.{entry}($1, $2, $3)';
    GRANT EXECUTE ON FUNCTION hands.{entry} TO {app};
"""
EMPTYINGS: Final = 10
REDIS_DATABASES: Final = 16  # as many as it has unless told otherwise
server_in_use: Final = ExitStack()

# at import, before pytest-django's own hook sets Django up for the conftest files
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")
os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "test"))
os.environ.setdefault(RUN, str(os.getpid()))
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (redis := os.environ.get("REDIS_URL")):
    # a database of Redis for each worker, as each has one of PostgreSQL: a test that clears the cache clears its own
    os.environ["REDIS_URL"] = urlsplit(redis)._replace(path=f"/{1 + int(worker.removeprefix('gw')) % (REDIS_DATABASES - 1)}").geturl()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before the first connection: have a server."""
    (ROOT / "var").mkdir(mode=0o700, exist_ok=True)
    from community import config, translations
    from community.local import embedded

    translations.compile_all(folder=ROOT / "locale")
    if config.EMBEDDED:
        server_in_use.enter_context(embedded.server(var=config.VAR_DIR))


def pytest_configure() -> None:
    """Name the run's database, and remove those that killed runs left behind."""
    from django.conf import settings
    from django.test import TransactionTestCase

    # Django's own empties every table and makes all permissions anew, half a second each time
    TransactionTestCase._fixture_teardown = lambda _case: empty_tables()  # type: ignore[attr-defined]

    settings.EMBEDDED = True  # what only an embedded installation shows is there for tests on any database
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    settings.DATABASES["owner"].setdefault("TEST", {})["NAME"] = "_".join(filter(None, ("test", os.environ[RUN], worker)))
    if not worker:
        _drop_leftovers()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the server, which the last run to do so stops; print how many tests were skipped, as the last line of all."""
    server_in_use.close()
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"{len(reporter.stats.get('skipped', []))} skipped", flush=True)  # noqa: T201  what the command line is for


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make, migrate and mark the run's database as `owner`; drop it at the end, every connection to it ended first."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    verbosity = request.config.option.verbose
    with django_db_blocker.unblock():
        copied = _start_from_a_migrated_copy()
        made = setup_databases(verbosity=verbosity, interactive=False, serialized_aliases=())
        mark_as_sandbox()
        if not copied:
            _keep_a_migrated_copy()
    yield
    with django_db_blocker.unblock():
        for login in ("default", "owner"):
            _end_other_sessions(login)
        connections["default"].close()
        teardown_databases(made, verbosity=verbosity)


def _end_other_sessions(login: str) -> None:
    """A database can't be dropped while a thread that a test left waiting is still connected; each login may end its own."""
    from django.db import connections

    with connections[login].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def mark_as_sandbox() -> None:
    """Say, as the owner, that this is no real ledger."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('points_mode')")
        if cursor.fetchone() == (None,):
            return
        cursor.execute("INSERT INTO points_mode (one, sandbox) VALUES (true, true) ON CONFLICT (one) DO UPDATE SET sandbox = true")
        for entry in ("points_adjust", "points_claw_back"):
            cursor.execute(LEND.format(entry=entry, app=connections["default"].settings_dict["USER"]))


def empty_tables() -> None:
    """
    After a test that committed: empty, as `owner`, the tables that have rows, but for what migrations put there.

    A page that was just closed may have a request under way in the live server's thread. Two of them can wait for each
    other's tables; the database ends one, and it may be this.
    """
    from django.db import OperationalError

    for left in reversed(range(EMPTYINGS)):
        try:
            _empty_tables()
        except OperationalError:
            if not left:
                raise
        else:
            break


def _empty_tables() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(_with_rows())
        found = [name for (name,) in cursor.fetchall()]
        if found:
            cursor.execute(f"TRUNCATE {', '.join(found)} CASCADE")


@cache
def _with_rows() -> str:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('SELECT %%L WHERE EXISTS (SELECT FROM %%1$I)', relname), ' UNION ALL ')"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relname = ANY(%s)",
            [list(FILLED_BY_MIGRATIONS)],
        )
        (statement,) = cursor.fetchone()
    return str(statement)


def _migrated_name() -> str:
    """The copy that a database migrated by just these files is kept as."""
    files = sorted(path for pattern in ("*/migrations/*.py", "*/*/migrations/*.py", "*/sql/*.sql") for path in ROOT.glob(pattern))
    told = b"".join(path.relative_to(ROOT).as_posix().encode() + path.read_bytes() for path in [*files, ROOT / "constraints.txt"])
    return "migrated_" + hashlib.sha256(told).hexdigest()[:16]


def _start_from_a_migrated_copy() -> bool:
    """Hundreds of migrations take longer than most test files; the copy of an earlier run saves them."""
    from django.conf import settings

    with _maintenance() as cursor:
        cursor.execute("SELECT true FROM pg_database WHERE datname = %s", [_migrated_name()])
        found = cursor.fetchone() is not None
    if found:
        settings.DATABASES["owner"]["TEST"]["TEMPLATE"] = _migrated_name()
    return found


def _keep_a_migrated_copy() -> None:
    from django.db import connections

    source = connections["owner"].settings_dict["NAME"]
    connections.close_all()
    with _maintenance() as cursor, suppress(psycopg2.Error):  # another worker keeps one just now
        cursor.execute(f'CREATE DATABASE "{_migrated_name()}" TEMPLATE "{source}"')


@contextmanager
def _maintenance() -> Iterator[psycopg2.extensions.cursor]:
    from django.conf import settings

    owner = settings.DATABASES["owner"]
    connection = psycopg2.connect(
        host=owner["HOST"] or None, port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"], dbname="postgres"
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _drop_leftovers() -> None:
    with _maintenance() as cursor:
        cursor.execute(r"SELECT datname FROM pg_database WHERE datname ~ '^test_\d+(_gw\d+)?$'")
        for (name,) in cursor.fetchall():
            if not Path(f"/proc/{name.split('_')[1]}").exists():
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated%%' AND datname <> %s", [_migrated_name()])
        for (name,) in cursor.fetchall():
            with suppress(psycopg2.Error):  # another run copies it just now
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
