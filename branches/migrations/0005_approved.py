"""What may be acted on is read from an approval by a function of the database."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("branches", "0004_exposure_cap"), ("points", "0002_log")]

    operations = [functions_of(SQL / "approved.sql")]
