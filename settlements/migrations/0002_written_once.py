"""Days follow one another without a gap, and what a closing wrote stays: the run-time login only adds rows."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# With one first day from zero, one day after each, and this: no number lies between two days or in two of them.
CHAIN = """
    ALTER TABLE settlements_businessday ADD CONSTRAINT settlements_businessday_chain
        FOREIGN KEY (previous_id, number_after) REFERENCES settlements_businessday (day, number_upto)
"""
UNCHAIN = "ALTER TABLE settlements_businessday DROP CONSTRAINT settlements_businessday_chain"
TABLES = (
    "settlements_businessday, settlements_merchantstatement, settlements_merchantline, settlements_merchantlinepart,"
    " settlements_issuerstatement, settlements_issuerline, settlements_netposition, settlements_netpayment,"
    " settlements_daycheckpoint"
)


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the rights to change and delete from the run-time login."""
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLES} FROM {_app(schema_editor)}")


def let_go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give them back."""
    schema_editor.execute(f"GRANT UPDATE, DELETE ON {TABLES} TO {_app(schema_editor)}")


def _app(schema_editor: BaseDatabaseSchemaEditor) -> str:
    return schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))


class Migration(migrations.Migration):
    dependencies = [("settlements", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNCHAIN), migrations.RunPython(keep, let_go)]
