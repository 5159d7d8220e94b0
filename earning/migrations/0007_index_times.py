"""The books check finds what is new by its time."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("earning", "0006_authors")]

    operations = [
        AddIndexConcurrently(
            "cancellation", BrinIndex(fields=["received_at"], name="earning_cancellation_made", autosummarize=True, pages_per_range=16)
        ),
    ]
