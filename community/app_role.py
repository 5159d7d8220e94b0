"""The login of the processes, where only the owner's was given."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError
from django.db import ProgrammingError, connections
from psycopg2 import sql


def ensure_app_role() -> None:
    """
    Make the login of the processes as the owner, or set its password anew.

    :raises CommandError: with the statement to run, if the owner may not make logins.
    """
    app = settings.DATABASES["default"]
    name, password = sql.Identifier(app["USER"]), sql.Literal(app["PASSWORD"])
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [app["USER"]])
        verb = sql.SQL("CREATE") if cursor.fetchone() is None else sql.SQL("ALTER")
        statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, name, password)
        try:
            cursor.execute(statement)
        except ProgrammingError as error:
            raise CommandError(_what_to_do(app["USER"])) from error


def _what_to_do(app: str) -> str:
    return (
        f"The login in DATABASE_URL may not make the login {app} of the processes. As a superuser, run\n"
        f"    CREATE ROLE {app} LOGIN PASSWORD '…';\n"
        f"then set DATABASE_URL to that login's address and OWNER_DATABASE_URL to the one DATABASE_URL has now, and migrate again."
    )
