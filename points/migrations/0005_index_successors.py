"""Find the wallets that were merged into one: a clawback looks for what expired of their lots."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # the wallets may be many: the index is built beside their use

    dependencies = [("points", "0004_load_functions")]

    operations = [
        migrations.RunSQL(
            "create index concurrently if not exists points_wallet_successor on points_wallet (successor_id)"
            " where successor_id is not null",
            "drop index concurrently if exists points_wallet_successor",
        )
    ]
