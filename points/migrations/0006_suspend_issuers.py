"""An issuer can be suspended: its points wait, and keep what they would have lost meanwhile."""

from django.db import migrations, models

from points.functions import load_functions

COLUMNS = """
    set local lock_timeout = '2s';
    alter table points_issuer
        add column suspended_at timestamptz,
        add column kept_from date,
        add column kept_until date,
        add constraint points_issuer_suspended_keeps check (suspended_at is null or (kept_from is not null and kept_until is null)),
        add constraint points_issuer_kept_from_first check (kept_until is null or kept_from is not null);
"""
WITHOUT = """
    drop function points_suspend_issuer(uuid, timestamptz, date);
    drop function points_lift_suspension(uuid, timestamptz, date);
    alter table points_issuer drop column suspended_at, drop column kept_from, drop column kept_until;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0005_index_successors")]

    operations = [
        migrations.RunSQL(
            COLUMNS,
            WITHOUT,
            state_operations=[
                migrations.AddField("issuer", "suspended_at", models.DateTimeField(null=True, verbose_name="suspended at")),
                migrations.AddField("issuer", "kept_from", models.DateField(null=True)),
                migrations.AddField("issuer", "kept_until", models.DateField(null=True)),
            ],
        ),
        migrations.RunPython(load_functions, migrations.RunPython.noop),
    ]
