"""News is written by a function of the database, which other functions may call; what is delivered stays as it was written."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files
from core.grants import keep_to

SQL = Path(__file__).parents[1] / "sql"

RIGHTS = {
    "outbox_outboxevent": "select, insert, delete, update (tries, next_try_at, last_error)",
}


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_initial")]

    operations = [sql_files(SQL / "publish.sql"), keep_to(RIGHTS)]
