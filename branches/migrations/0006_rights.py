"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "branches_approval": "select, insert, update (state, checker_id, decided_at, closed_at, refusal)",
    "branches_fileimporterror": "select, insert",
}


class Migration(migrations.Migration):
    dependencies = [("branches", "0005_approved")]

    operations = [keep_to(RIGHTS)]
