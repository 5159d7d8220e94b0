"""One user is an auditor or works, never both: across all rows of a user, however many are written at once."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import migrations, models

FIRST_OF_KIND = models.F("user") * 3 + models.Case(
    models.When(role="auditor", then=models.Value(1)), default=models.Value(0), output_field=models.BigIntegerField()
)


class Migration(migrations.Migration):
    dependencies = [("branches", "0008_auditors_who_work")]

    operations = [
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=ExclusionConstraint(
                name="branches_staffrole_auditor_only_reads",
                expressions=[
                    (
                        models.Func(FIRST_OF_KIND, FIRST_OF_KIND + 1, function="int8range", output_field=BigIntegerRangeField()),
                        "-|-",
                    )
                ],
                condition=models.Q(ended_at__isnull=True),
            ),
        ),
    ]
