"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "redemptions_usedcode": "select, insert, delete",
    "redemptions_codeattempt": "select, insert, delete",
    "redemptions_claim": "select, insert, update (closed_at)",
    "redemptions_redemption": "select, insert, update (given_back)",
    "redemptions_refusedcapture": "select, insert",
    "redemptions_undo": "select, insert",
    "redemptions_refund": "select, insert",
}


class Migration(migrations.Migration):
    dependencies = [("redemptions", "0004_capture_functions")]

    operations = [keep_to(RIGHTS)]
