"""A server and an empty database of a measurement's own, so that nobody's data is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SUFFIX: Final = "_scratch"  # ends the name of a database that may be dropped
SILENT_LOGS: Final = "ERROR"


@dataclass(frozen=True, slots=True)
class Place:
    """Where measurements are made: a folder, and the environment with which other processes join in."""

    folder: Path
    environment: Mapping[str, str]


@contextmanager
def scratch_place(name: str) -> Iterator[Place]:
    """
    Have an empty, migrated database and a Django set up on it; both logins as in production.

    Without `DATABASE_URL` the server is an embedded one under `var/<name>`; with it, a database `<name>_scratch` is made
    there by the owner's login and dropped at the end. Must come before anything that reads Django's settings.
    """
    folder = ROOT / "var" / name
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "community.settings"
    os.environ.setdefault("LOG_LEVEL", SILENT_LOGS)
    os.environ.setdefault("HTTPS", "off")  # everything here is asked on this machine alone
    with ExitStack() as used:
        if os.environ.get("DATABASE_URL"):
            _move_to_scratch(name.replace("-", "_") + SUFFIX, used)
        else:
            from community.local import embedded

            used.enter_context(embedded.server(var=folder))
        _set_up()
        yield Place(folder=folder, environment=dict(os.environ))
        _let_go()


@contextmanager
def database_beside(name: str) -> Iterator[None]:
    """Have one more empty database of the owner's on the same server."""
    _make_database(name)
    try:
        yield
    finally:
        _drop_database(name)


@contextmanager
def fresh_database(name: str) -> Iterator[None]:
    """Have one more database like the scratch one, migrated and empty. Django uses it with `using_database`."""
    from django.core.management import call_command

    with database_beside(name), using_database(name):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", database="owner", verbosity=0)
        yield


@contextmanager
def using_database(name: str) -> Iterator[None]:
    """Let Django, in every thread and in processes forked meanwhile, use another database of the same server."""
    from django.db import connections

    before = connections["owner"].settings_dict["NAME"]
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(before)


def _turn_to(name: str) -> None:
    from django.db import connections

    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name


def owner_login() -> dict[str, str]:
    """How the owner's login reaches the server, as libpq's environment variables."""
    from django.conf import settings

    owner = settings.DATABASES["owner"]
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {variable: str(owner[name]) for variable, name in names.items() if owner[name]}


def _move_to_scratch(name: str, used: ExitStack) -> None:
    """Make the URLs in the environment name the scratch database, and have it made and dropped by the owner."""
    address = os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
    for variable in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        if given := os.environ.get(variable):
            os.environ[variable] = urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    _run_at(address, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    used.callback(_run_at, address, f'DROP DATABASE IF EXISTS "{name}"')


def _run_at(address: str, *statements: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _set_up() -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    if not os.environ.get("DATABASE_URL"):
        _make_database(settings.DATABASES["owner"]["NAME"])
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


def _make_database(name: str) -> None:
    _drop_database(name)
    _as_owner(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _drop_database(name: str) -> None:
    _as_owner(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _as_owner(statement: sql.Composable) -> None:
    from django.conf import settings

    owner: Mapping[str, Any] = settings.DATABASES["owner"]
    maintenance = owner["NAME"] if os.environ.get("DATABASE_URL") else "postgres"
    connection = psycopg2.connect(
        host=owner["HOST"] or None, port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"], dbname=maintenance
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
