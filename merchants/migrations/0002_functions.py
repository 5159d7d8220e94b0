"""What a till asks of the database at each look."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial")]

    operations = [sql_files(SQL / "working_till.sql")]
