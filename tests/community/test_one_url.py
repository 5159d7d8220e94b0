"""An installation that was given one address only: `migrate` makes the login of the processes, or says how."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from psycopg2 import sql

from community.local import embedded
from community.local.secrets_file import embedded_secrets
from tests.community.servers import a_var_folder, connect
from tests.community.starts import GOOD, start
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "only-in-tests"


@pytest.fixture(scope="module")
def place() -> Iterator[embedded.Place]:
    """A server of its own, with two owners of a database: one may make roles, one may not."""
    with a_var_folder() as var, embedded.server(var=var) as running:
        superuser = connect(running, user=embedded.SUPERUSER, password=embedded_secrets(var=var)["postgres"], database="postgres")
        superuser.autocommit = True
        with superuser.cursor() as cursor:
            for owner, right in (("mighty", "CREATEROLE"), ("modest", "NOCREATEROLE")):
                cursor.execute(f"CREATE ROLE {owner} LOGIN {right} PASSWORD '{PASSWORD}'")
                cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(owner)))
        superuser.close()
        yield running


def manage(place: embedded.Place, owner: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {
        "DATABASE_URL": f"postgres://{owner}:{PASSWORD}@{quote(str(place.socket), safe='')}/{owner}",
        **GOOD,
        "VAR_DIR": str(place.socket / "not-used"),
    }
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=kept | given, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def test_migrate_makes_the_login_of_the_processes(place: embedded.Place) -> None:
    done = manage(place, "mighty", "migrate", "outbox", "--verbosity", "0")
    assert done.returncode == 0, done.stderr

    asked = manage(
        place, "mighty", "shell", "-v", "0", "-c", "from core.outbox.models import OutboxEvent; print(OutboxEvent.objects.count())"
    )

    assert (asked.stdout, asked.returncode) == ("0\n", 0), asked.stderr
    with (
        psycopg2.connect(host=str(place.socket), user="mighty", password=PASSWORD, dbname="mighty") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'mighty_app'")
        assert cursor.fetchall() == [(True, False)]
    connection.close()
    assert manage(place, "mighty", "migrate", "outbox", "--verbosity", "0").returncode == 0


def test_an_owner_that_may_not_make_logins_is_told_what_to_run(place: embedded.Place) -> None:
    done = manage(place, "modest", "migrate", "outbox", "--verbosity", "0")

    assert done.returncode == 1
    assert "CREATE ROLE modest_app LOGIN PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", GOOD)
def test_a_missing_secret_stops_the_start_and_names_itself(missing: str) -> None:
    done = start({"DATABASE_URL": "postgres://a:b@127.0.0.1/c", **{name: value for name, value in GOOD.items() if name != missing}})

    assert done.returncode == 1
    assert f"ImproperlyConfigured: Set {missing}:" in done.stderr
