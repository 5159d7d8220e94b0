"""The till's cashier comes with the names in English."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("merchants", "0006_names_in_english")]
    operations: ClassVar = [functions_of(SQL / "working_till.sql")]
