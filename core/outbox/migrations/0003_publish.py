"""News is written by a function of the database, which other functions may call."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_outbox_event")]

    operations = [functions_of(SQL / "publish.sql")]
