"""How books checks ended, and the checks' own sums of the totals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0002_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("full", "everything"), ("new", "what was new")], verbose_name="looked at")),
                ("at", models.DateTimeField(verbose_name="checked at")),
                ("upto", models.BigIntegerField(verbose_name="up to number")),
                ("root", models.BinaryField()),
                ("parts", models.JSONField(default=dict)),
                ("day", models.DateField(null=True, verbose_name="last closed day")),
                ("day_number", models.BigIntegerField(default=0)),
                ("wallets", models.BigIntegerField(null=True, verbose_name="wallets recomputed")),
                ("drifts", models.IntegerField(verbose_name="drifts")),
                ("found", models.JSONField(default=list, verbose_name="what was found")),
            ],
            options={
                "verbose_name": "books check",
                "verbose_name_plural": "books checks",
                "db_table": "points_books_check",
            },
        ),
        migrations.CreateModel(
            name="CheckedTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "party_id", "issuer_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("party_id", models.UUIDField()),
                ("issuer_id", models.UUIDField()),
                ("day", models.DateField()),
                ("points_in", models.BigIntegerField()),
                ("points_out", models.BigIntegerField()),
            ],
            options={
                "db_table": "points_checked_total",
            },
        ),
    ]
