"""A bank may have a cap on its points outstanding, and what is left of it is set aside in slices."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("branches", "0003_approval")]

    operations = [
        migrations.AddField(
            model_name="bank",
            name="exposure_cap",
            field=models.PositiveBigIntegerField(blank=True, editable=False, null=True, verbose_name="exposure cap"),
        ),
        migrations.CreateModel(
            name="IssuanceSlice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("points", models.BigIntegerField(default=0)),
                (
                    "bank",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="slices", to="branches.bank"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bank", "number"), name="branches_issuanceslice_once"),
                    models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="branches_issuanceslice_not_negative"),
                ],
            },
        ),
    ]
