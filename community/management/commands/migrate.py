"""Django's migrate, as the owner's login."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from community.app_role import ensure_app_role
from community.databases import one_url
from core.limits import MIGRATION_LOCK_TIMEOUT

LOCK_NOT_AVAILABLE: Final = "55P03"


class Command(migrate.Command):
    """Migrate as the owner; where only its login was given, have the login of the processes first."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, but let nobody queue behind a migration that waits for a table: it gives up, and can be run again."""
        if one_url() and options["database"] == "owner":
            ensure_app_role()
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("set lock_timeout = %s", [MIGRATION_LOCK_TIMEOUT])
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
                raise
            raise CommandError(
                "A table was busy for too long. What was migrated so far stays; the rest was not begun. Run it again."
            ) from error
        finally:
            with connections[options["database"]].cursor() as cursor:
                cursor.execute("reset lock_timeout")
