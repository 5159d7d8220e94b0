"""The books check finds what is new by its time."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0008_slow_beginnings")]

    operations = [
        AddIndexConcurrently("gift", BrinIndex(fields=["given_at"], name="residents_gift_made", autosummarize=True, pages_per_range=16)),
        AddIndexConcurrently(
            "resident", models.Index(fields=["merged_at"], name="residents_resident_merged", condition=models.Q(merged_at__isnull=False))
        ),
    ]
