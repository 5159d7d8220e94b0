"""Events may wait for room under their bank's exposure cap."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

STATUSES = [
    ("posted", "points posted"),
    ("nothing_earned", "nothing earned"),
    ("no_rule", "no rule in force that day"),
    ("waiting", "customer unknown, waiting"),
    ("cancelled", "cancelled by the bank"),
    ("issuance_paused", "no room under the bank's exposure cap, waiting"),
]


class Migration(migrations.Migration):
    atomic = False  # events are many: the index and the check are made beside their use

    dependencies = [("earning", "0002_cancellations"), ("branches", "0004_exposure_cap"), ("residents", "0002_merge_residents")]

    operations = [
        migrations.RemoveConstraint(model_name="event", name="earning_event_status_known"),
        migrations.AlterField(
            model_name="event",
            name="status",
            field=models.CharField(choices=STATUSES, max_length=16, verbose_name="status"),
        ),
        AddConstraintNotValid(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [status for status, _label in STATUSES])), name="earning_event_status_known"
            ),
        ),
        ValidateConstraint(model_name="event", name="earning_event_status_known"),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("status", "issuance_paused")), fields=["bank", "occurred_at"], name="earning_event_paused"
            ),
        ),
    ]
