"""The only way to correct points, and rights that leave what was written as it is."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files
from core.grants import keep_to

SQL = Path(__file__).parents[1] / "sql"

RIGHTS = {
    "residents_gift": "select, insert",
    "residents_expirynotice": "select, insert",
}


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial"), ("decisions", "0002_functions")]

    operations = [sql_files(SQL / "adjust.sql"), keep_to(RIGHTS)]
