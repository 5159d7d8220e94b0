from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    # Codes that lie there live for minutes: they are asked for anew.

    dependencies: ClassVar = [
        ("identity", "0003_made_up"),
    ]

    operations: ClassVar = [
        migrations.DeleteModel(name="SignInCode"),
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_hash", models.BinaryField(max_length=32)),
                ("browser_hash", models.BinaryField(max_length=32)),
                ("network_hash", models.BinaryField(max_length=32)),
                ("prefix_hash", models.BinaryField(max_length=32)),
                ("is_known", models.BooleanField()),
                ("is_sent", models.BooleanField()),
                ("code_hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone_hash", "-made_at"], name="identity_signincode_phone"),
                    models.Index(fields=["network_hash", "-made_at"], name="identity_signincode_network"),
                    models.Index(fields=["prefix_hash", "-made_at"], name="identity_signincode_prefix"),
                    models.Index(fields=["made_at"], name="identity_signincode_made"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="identity_signincode_expires_after_made"
                    )
                ],
            },
        ),
    ]
