"""What the login `app` may do with what the login `owner` will make. Every other package's first migration comes after."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

GRANT = """
    GRANT USAGE ON SCHEMA public TO {app};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app};
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    CREATE SCHEMA IF NOT EXISTS celery;
    GRANT USAGE, CREATE ON SCHEMA celery TO {app};
    GRANT SELECT ON django_migrations TO {app};
"""

REVOKE = """
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {app};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {app};
    ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
    REVOKE ALL ON SCHEMA celery FROM {app};
    REVOKE ALL ON django_migrations FROM {app};
"""


def _run(schema_editor: BaseDatabaseSchemaEditor, sql: str) -> None:
    app = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(sql.format(app=app))


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give `app` its ordinary rights on all that follows."""
    _run(schema_editor, GRANT)


def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them back."""
    _run(schema_editor, REVOKE)


class Migration(migrations.Migration):
    """The first migration of all."""

    initial = True
    # Django's own tables, too, are made with these rights.
    run_before: ClassVar = [("contenttypes", "0001_initial"), ("sessions", "0001_initial")]
    dependencies: ClassVar = []
    operations: ClassVar = [migrations.RunPython(grant, revoke)]
