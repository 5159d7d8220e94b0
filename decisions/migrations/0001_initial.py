"""The tables of this package."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("branches", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("target_kind", models.CharField(max_length=40, verbose_name="kind of target")),
                ("target_id", models.CharField(max_length=40, verbose_name="target")),
                ("target_version", models.CharField(max_length=64, verbose_name="version of the target")),
                ("about", models.CharField(max_length=120, verbose_name="about")),
                ("payload", models.JSONField(default=dict, verbose_name="asked for")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for a second person"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("done", "carried out"),
                            ("refused", "approved, but could not be carried out"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("refusal", models.CharField(blank=True, default="", max_length=40, verbose_name="refused because")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="branches.bank", verbose_name="bank"
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="branches.branch",
                        verbose_name="branch",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "concerns",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="whom it concerns",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["bank", "asked_at"], name="decisions_approval_waiting"),
                    models.Index(condition=models.Q(("state", "done")), fields=["closed_at"], name="decisions_approval_done"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("action__regex", "^[a-z][a-z_]*$")), name="decisions_approval_action_named"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "approved", "declined", "done", "refused"])),
                        name="decisions_approval_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True), models.Q(("checker", models.F("maker")), _negated=True), _connector="OR"
                        ),
                        name="decisions_approval_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("concerns__isnull", True),
                            models.Q(
                                models.Q(("concerns", models.F("maker")), _negated=True),
                                models.Q(
                                    ("checker__isnull", True), models.Q(("concerns", models.F("checker")), _negated=True), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="decisions_approval_not_ones_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("decided_at__isnull", True), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True), ("checker__isnull", False), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="decisions_approval_decided_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True),
                            models.Q(("decided_at__gte", models.F("asked_at")), ("decided_at__lt", models.F("expires_at"))),
                            _connector="OR",
                        ),
                        name="decisions_approval_decided_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("asked_at"))), name="decisions_approval_expires_after_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state__in", ["done", "refused"])),
                            models.Q(models.Q(("state__in", ["done", "refused"]), _negated=True), ("closed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="decisions_approval_closed_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("refusal", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("refusal", "")),
                            _connector="OR",
                        ),
                        name="decisions_approval_refusal_when_refused",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="decisions_approval_says_why"),
                ],
            },
        ),
    ]
