"""What a redemption reads and writes is done by functions of the database; rights that leave what was written as it is."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files
from core.grants import keep_to

SQL = Path(__file__).parents[1] / "sql"

RIGHTS = {
    "redemptions_usedcode": "select, insert, delete",
    "redemptions_codeattempt": "select, insert, delete",
    "redemptions_checkout": "select, insert, update (closed_at)",
    "redemptions_redemption": "select, insert, update (given_back)",
    "redemptions_refusedredemption": "select, insert",
    "redemptions_undo": "select, insert",
    "redemptions_refund": "select, insert",
}


class Migration(migrations.Migration):
    dependencies = [
        ("redemptions", "0001_initial"),
        ("merchants", "0002_functions"),
        ("outbox", "0003_functions"),
        ("points", "0002_functions"),
    ]

    operations = [sql_files(SQL / "redeem.sql"), keep_to(RIGHTS)]
