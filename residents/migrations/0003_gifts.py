import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0002_merge_residents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts_given",
                        to="residents.resident",
                        verbose_name="giver",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts_received",
                        to="residents.resident",
                        verbose_name="receiver",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift",
                "verbose_name_plural": "gifts",
                "constraints": [
                    models.UniqueConstraint(fields=("giver", "key"), name="residents_gift_key_once_per_giver"),
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="residents_gift_points_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("receiver")), _negated=True), name="residents_gift_to_another"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("gifts", models.PositiveSmallIntegerField(default=0, verbose_name="gifts")),
                ("points", models.PositiveIntegerField(default=0, verbose_name="points")),
                ("lookups", models.PositiveSmallIntegerField(default=0, verbose_name="receivers looked for")),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift_days",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of gifts",
                "verbose_name_plural": "days of gifts",
                "constraints": [models.UniqueConstraint(fields=("resident", "day"), name="residents_giftday_once")],
            },
        ),
    ]
