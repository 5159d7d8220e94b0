"""The tables of this package."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("branches", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuerControl",
            fields=[
                (
                    "bank",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="control",
                        serialize=False,
                        to="branches.bank",
                        verbose_name="bank",
                    ),
                ),
                ("exposure_cap", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="exposure cap")),
                (
                    "suspended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suspended by",
                    ),
                ),
            ],
            options={
                "verbose_name": "issuer control",
                "verbose_name_plural": "issuer controls",
            },
        ),
        migrations.CreateModel(
            name="IssuanceSlice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("points", models.BigIntegerField(default=0)),
                ("bank", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="slices", to="branches.bank")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bank", "number"), name="issuing_issuanceslice_once"),
                    models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="issuing_issuanceslice_not_negative"),
                ],
            },
        ),
    ]
