"""The books check finds what is new by its time."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("branches", "0010_customer_shape")]

    operations = [
        AddIndexConcurrently(
            "approval", models.Index(fields=["closed_at"], name="branches_approval_done", condition=models.Q(state="done"))
        ),
    ]
