"""The tables of this package."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_in", "signed in"),
                            ("sign_in_failed", "sign-in failed"),
                            ("signed_out", "signed out"),
                            ("sessions_ended", "signed out everywhere"),
                            ("password_changed", "password changed"),
                            ("staff_made", "staff made"),
                            ("role_granted", "role granted"),
                            ("role_ended", "role ended"),
                            ("client_made", "API client made"),
                            ("secret_renewed", "secret renewed"),
                            ("secret_refused", "secret refused"),
                            ("client_ended", "API client ended"),
                            ("export_downloaded", "export downloaded"),
                            ("file_handed_in", "file handed in"),
                            ("rule_activated", "rule put in force"),
                            ("issuer_suspended", "issuer suspended"),
                            ("cashier_appointed", "cashier appointed"),
                            ("cashier_dismissed", "cashier dismissed"),
                            ("wallet_frozen", "wallet frozen"),
                            ("claim_code_issued", "claim code issued"),
                            ("link_claimed", "customer number claimed"),
                            ("device_enrolled", "phone added"),
                            ("device_revoked", "phone removed"),
                            ("salt_erased", "salt erased"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                ("about_kind", models.CharField(blank=True, default="", max_length=40, verbose_name="kind of target")),
                ("about_id", models.CharField(blank=True, default="", max_length=40, verbose_name="about")),
                ("network", models.CharField(blank=True, default="", max_length=49, verbose_name="network")),
                ("details", models.JSONField(default=dict, verbose_name="details")),
                ("minute", models.DateTimeField(editable=False, null=True)),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "security event",
                "verbose_name_plural": "security events",
                "db_table": "core_security_event",
                "indexes": [
                    models.Index(fields=["at"], name="core_security_event_at"),
                    models.Index(fields=["actor", "at"], name="core_security_event_actor"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "signed_in",
                                    "sign_in_failed",
                                    "signed_out",
                                    "sessions_ended",
                                    "password_changed",
                                    "staff_made",
                                    "role_granted",
                                    "role_ended",
                                    "client_made",
                                    "secret_renewed",
                                    "secret_refused",
                                    "client_ended",
                                    "export_downloaded",
                                    "file_handed_in",
                                    "rule_activated",
                                    "issuer_suspended",
                                    "cashier_appointed",
                                    "cashier_dismissed",
                                    "wallet_frozen",
                                    "claim_code_issued",
                                    "link_claimed",
                                    "device_enrolled",
                                    "device_revoked",
                                    "salt_erased",
                                ],
                            )
                        ),
                        name="core_security_event_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minute__isnull", True), ("times", 1)),
                            models.Q(("minute__lte", models.F("at")), ("times__gte", 1)),
                            _connector="OR",
                        ),
                        name="core_security_event_counted_by_minute",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("minute__isnull", False)),
                        fields=("minute", "kind", "network", "about_kind", "about_id"),
                        name="core_security_event_once_a_minute",
                    ),
                ],
            },
        ),
    ]
