from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0003_gifts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExpiryNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.UUIDField(verbose_name="wallet")),
                ("expires_on", models.DateField(verbose_name="last day")),
                ("days", models.PositiveSmallIntegerField(verbose_name="days before")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "notice of expiry",
                "verbose_name_plural": "notices of expiry",
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "expires_on", "days"), name="residents_expirynotice_once"),
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="residents_expirynotice_points_positive"),
                ],
            },
        ),
    ]
