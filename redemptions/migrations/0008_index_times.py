"""The books check finds what is new by its time."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("redemptions", "0007_slow_beginnings")]

    operations = [
        AddIndexConcurrently(
            "redemption", BrinIndex(fields=["captured_at"], name="redemptions_redemption_made", autosummarize=True, pages_per_range=16)
        ),
        AddIndexConcurrently(
            "refusedcapture", BrinIndex(fields=["refused_at"], name="redemptions_refused_made", autosummarize=True, pages_per_range=16)
        ),
        AddIndexConcurrently("undo", BrinIndex(fields=["undone_at"], name="redemptions_undo_made", autosummarize=True, pages_per_range=16)),
        AddIndexConcurrently(
            "refund", BrinIndex(fields=["refunded_at"], name="redemptions_refund_made", autosummarize=True, pages_per_range=16)
        ),
    ]
