"""A key that gave points back answers no capture."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("redemptions", "0008_index_times")]

    operations = [functions_of(SQL / "captures.sql")]
