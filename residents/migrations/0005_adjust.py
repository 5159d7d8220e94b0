"""A correction is read from its approval by a function of the database."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_notices_of_expiry"), ("branches", "0005_approved"), ("points", "0009_corrections_have_reasons")]

    operations = [functions_of(SQL / "adjust.sql")]
