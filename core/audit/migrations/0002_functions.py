"""The login of the processes changes no security event, and no line of the admin's own log."""

from pathlib import Path

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.functions import sql_files

SQL = Path(__file__).parents[1] / "sql"
TAKEN = (
    "REVOKE INSERT, UPDATE, DELETE ON core_security_event FROM {app}",
    "REVOKE ALL ON SEQUENCE core_security_event_id_seq FROM {app}",
    "REVOKE UPDATE, DELETE ON django_admin_log FROM {app}",
)
GIVEN = (
    "GRANT INSERT, UPDATE, DELETE ON core_security_event TO {app}",
    "GRANT USAGE, SELECT ON SEQUENCE core_security_event_id_seq TO {app}",
    "GRANT UPDATE, DELETE ON django_admin_log TO {app}",
)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    app = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    for statement in statements:
        schema_editor.execute(statement.format(app=app))


def take(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is written stays written."""
    _run(schema_editor, TAKEN)


def give_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As every table was by default."""
    _run(schema_editor, GIVEN)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("admin", "0003_logentry_add_action_flag_choices")]

    operations = [sql_files(SQL / "record.sql"), migrations.RunPython(take, give_back)]
