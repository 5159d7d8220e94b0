"""What a capture reads and writes is done by functions of the database."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("redemptions", "0003_count_undone"), ("merchants", "0003_working_till"), ("outbox", "0003_publish")]

    operations = [functions_of(SQL / "captures.sql")]
