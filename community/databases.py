"""The two logins: `default` for every process, `owner` for migrations."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import quote, unquote, urlencode

import environ

from community import config
from community.local import embedded
from community.local.secrets_file import embedded_secrets

Database = dict[str, Any]

COMPILE_NOTHING = "-cjit=off"  # where PostgreSQL has a just-in-time compiler, our short queries would wait for it


def databases() -> dict[str, Database]:
    """Django's DATABASES. Tests make and migrate their database as `owner` and run as `default`."""
    default, owner = _embedded() if config.EMBEDDED else _given()
    for database in (default, owner):
        database["CONN_MAX_AGE"] = config.CONN_MAX_AGE
        database["CONN_HEALTH_CHECKS"] = True
        database["OPTIONS"] = {"options": COMPILE_NOTHING, **database.get("OPTIONS", {})}
    default["TEST"] = {"MIRROR": "owner"}
    owner["TEST"] = {"DEPENDENCIES": []}  # it waits for no other, least of all for its mirror
    return {"default": default, "owner": owner}


def one_url() -> bool:
    """Whether only the owner's login was given, so that `migrate` makes the other one."""
    return not config.EMBEDDED and not config.OWNER_DATABASE_URL


def broker_url(database: Database) -> str:
    """Celery's broker in the processes' own database, in a schema of its own."""
    login = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'], safe='')}"
    name = quote(database["NAME"], safe="")
    query = urlencode({"host": database["HOST"], "port": database["PORT"] or 5432, "options": "-csearch_path=celery"})
    return f"sqla+postgresql+psycopg2://{login}@/{name}?{query}"


def _embedded() -> tuple[Database, Database]:
    secrets = embedded_secrets(var=config.VAR_DIR)
    shared = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": embedded.DATABASE,
        "HOST": embedded.socket_folder(var=config.VAR_DIR),
        "PORT": "",
    }
    return (
        {**shared, "USER": embedded.APP, "PASSWORD": secrets["app"]},
        {**shared, "USER": embedded.OWNER, "PASSWORD": secrets["owner"]},
    )


def _given() -> tuple[Database, Database]:
    given = _read(config.DATABASE_URL)
    if not one_url():
        return given, _read(config.OWNER_DATABASE_URL)
    password = hmac.new(config.SECRET_KEY.encode(), b"login app", hashlib.sha256).hexdigest()
    return {**given, "USER": f"{given['USER']}_app", "PASSWORD": password}, given


def _read(url: str) -> Database:
    """Take an address apart; a socket folder may stand for the host, its slashes written %2F."""
    read: Database = dict(environ.Env.db_url_config(url))
    return {**read, "HOST": unquote(read["HOST"])}
