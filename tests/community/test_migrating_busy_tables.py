"""A migration that meets a busy table gives up soon, and says that it can be run again."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def test_a_busy_table_ends_a_migration_with_a_sentence() -> None:
    other = connections["owner"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("begin; lock table django_migrations in access exclusive mode")
            with pytest.raises(CommandError, match=r"busy for too long.*Run it again"):
                call_command("migrate", verbosity=0)
            cursor.execute("rollback")
    finally:
        other.close()

    call_command("migrate", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("show lock_timeout")
        assert cursor.fetchone() == ("0",)
    connections["owner"].close()
