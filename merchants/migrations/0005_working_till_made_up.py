"""The till's cashier comes with whether the demo made them up."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from core.functions import functions_of

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("merchants", "0004_authors"), ("identity", "0003_made_up")]
    operations: ClassVar = [functions_of(SQL / "working_till.sql")]
