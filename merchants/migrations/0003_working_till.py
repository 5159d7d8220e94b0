"""Where a cashier stands is told by a function of the database."""

from pathlib import Path

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("merchants", "0002_outlet_picture"), ("identity", "0001_initial")]

    operations = [functions_of(SQL / "working_till.sql")]
