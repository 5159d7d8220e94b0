"""Find an issuer's totals: what it has outstanding is summed up whenever a slice under its cap grows."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # the index is built beside the table's use

    dependencies = [("points", "0011_suspensions_are_stated")]

    operations = [
        # without the sums: a row whose sums change then stays where it is, and no index is written
        migrations.RunSQL(
            "create index concurrently if not exists points_total_issuer on points_total (issuer_id)",
            "drop index concurrently if exists points_total_issuer",
        )
    ]
