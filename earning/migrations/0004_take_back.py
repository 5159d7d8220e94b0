"""What a cancellation takes back is read from it, and kept, by a function of the database."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("earning", "0003_pause_issuance"), ("points", "0009_corrections_have_reasons")]

    operations = [functions_of(SQL / "take_back.sql")]
