"""The tables of this package."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("branches", "0001_initial"),
        ("residents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("event_id", models.CharField(max_length=100, verbose_name="event id")),
                ("type", models.CharField(max_length=60, verbose_name="type")),
                ("customer_hash", models.BinaryField(max_length=32)),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("amount_minor", models.BigIntegerField(blank=True, null=True, verbose_name="amount (minor units)")),
                ("currency", models.CharField(blank=True, default="", max_length=3, verbose_name="currency")),
                ("facts", models.JSONField(blank=True, null=True, verbose_name="other facts")),
                ("content_hash", models.BinaryField(max_length=32)),
                ("source", models.CharField(blank=True, default="", max_length=200, verbose_name="source")),
                ("origin", models.CharField(max_length=80, verbose_name="received through")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("posted", "points posted"),
                            ("nothing_earned", "nothing earned"),
                            ("no_rule", "no rule in force that day"),
                            ("waiting", "customer unknown, waiting"),
                            ("cancelled", "cancelled by the bank"),
                            ("issuance_paused", "no room under the bank's exposure cap, waiting"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("wallet_id", models.UUIDField(blank=True, null=True, verbose_name="wallet")),
                (
                    "bank",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="branches.bank",
                        verbose_name="bank",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="residents.banklink",
                        verbose_name="bank link",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
            },
        ),
        migrations.CreateModel(
            name="Cancellation",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("cancellation_id", models.CharField(max_length=100, verbose_name="cancellation id")),
                (
                    "amount_minor",
                    models.BigIntegerField(
                        blank=True, help_text="Empty: all that was left.", null=True, verbose_name="amount (minor units)"
                    ),
                ),
                ("points", models.BigIntegerField(verbose_name="points taken back")),
                ("content_hash", models.BinaryField(max_length=32)),
                ("cancelled_at", models.DateTimeField(verbose_name="cancelled at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("origin", models.CharField(max_length=80, verbose_name="received through")),
                (
                    "bank",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellations",
                        to="branches.bank",
                        verbose_name="bank",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cancellations", to="earning.event", verbose_name="event"
                    ),
                ),
            ],
            options={
                "verbose_name": "cancellation",
                "verbose_name_plural": "cancellations",
            },
        ),
        migrations.CreateModel(
            name="EventConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_hash", models.BinaryField(max_length=32)),
                ("type", models.CharField(max_length=60, verbose_name="type")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
                ("amount_minor", models.BigIntegerField(blank=True, null=True, verbose_name="amount (minor units)")),
                ("other_customer", models.BooleanField(verbose_name="another customer")),
                ("origin", models.CharField(max_length=80, verbose_name="received through")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conflicts", to="earning.event", verbose_name="event"
                    ),
                ),
            ],
            options={
                "verbose_name": "event conflict",
                "verbose_name_plural": "event conflicts",
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "name_en",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Shown to people who read English. If it is empty, they see the other name.",
                        max_length=80,
                        verbose_name="name in English",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=32,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", "Use letters, digits, “-” and “_”, at most 32."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "event_type",
                    models.CharField(
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+([._-][a-z0-9]+)*$", "Use small letters and digits, with “.”, “_” or “-” between them."
                            )
                        ],
                        verbose_name="event type",
                    ),
                ),
                (
                    "last_day",
                    models.DateField(
                        blank=True, help_text="No event of a later day earns by this rule.", null=True, verbose_name="last day"
                    ),
                ),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rules", to="branches.bank", verbose_name="bank"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "earning rule",
                "verbose_name_plural": "earning rules",
            },
        ),
        migrations.CreateModel(
            name="DayUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.UUIDField(verbose_name="wallet")),
                ("day", models.DateField(verbose_name="day")),
                ("points", models.BigIntegerField(verbose_name="points")),
                (
                    "rule",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="day_uses",
                        to="earning.rule",
                        verbose_name="rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a day's cap",
                "verbose_name_plural": "uses of a day's cap",
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fixed", "fixed points"), ("per_amount", "points per amount")], max_length=16, verbose_name="kind"
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points",
                    ),
                ),
                (
                    "per_minor",
                    models.PositiveBigIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="for each full amount (minor units)",
                    ),
                ),
                (
                    "event_cap",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name="most per event"
                    ),
                ),
                (
                    "day_cap",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="most per resident and day",
                    ),
                ),
                (
                    "delay_days",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(366)], verbose_name="days until spendable"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("activated_at", models.DateTimeField(blank=True, null=True, verbose_name="activated at")),
                ("first_used_at", models.DateTimeField(blank=True, null=True, verbose_name="first used at")),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="activated by",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rule_versions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="earning.rule", verbose_name="rule"
                    ),
                ),
            ],
            options={
                "verbose_name": "rule version",
                "verbose_name_plural": "rule versions",
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transfer_id", models.UUIDField(blank=True, null=True, verbose_name="transfer")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("counted", models.BigIntegerField(verbose_name="points before caps")),
                (
                    "capped_by",
                    models.CharField(
                        blank=True,
                        choices=[("", "none"), ("event_cap", "per event"), ("day_cap", "per resident and day")],
                        default="",
                        max_length=16,
                        verbose_name="cap that applied",
                    ),
                ),
                ("day_left", models.BigIntegerField(blank=True, null=True, verbose_name="left of the day before this")),
                ("refusal", models.CharField(blank=True, default="", max_length=40, verbose_name="refused by the ledger")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="earning.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="earning.ruleversion",
                        verbose_name="rule version",
                    ),
                ),
            ],
            options={
                "verbose_name": "award",
                "verbose_name_plural": "awards",
            },
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                ("points", models.BigIntegerField(verbose_name="points")),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="takings", to="earning.award", verbose_name="award"
                    ),
                ),
                (
                    "cancellation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takings",
                        to="earning.cancellation",
                        verbose_name="cancellation",
                    ),
                ),
            ],
            options={
                "verbose_name": "points taken back",
                "verbose_name_plural": "points taken back",
            },
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(condition=models.Q(("status", "waiting")), fields=["bank", "customer_hash"], name="earning_event_waiting"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("status", "issuance_paused")), fields=["bank", "occurred_at"], name="earning_event_paused"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("bank", "event_id"), name="earning_event_id_once_per_bank"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["posted", "nothing_earned", "no_rule", "waiting", "cancelled", "issuance_paused"])),
                name="earning_event_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__isnull", True), ("amount_minor__gt", 0), _connector="OR"),
                name="earning_event_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "cancelled"]), ("wallet_id__isnull", False), _connector="OR"),
                name="earning_event_wallet_known_unless_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="cancellation",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["received_at"], name="earning_cancellation_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.UniqueConstraint(fields=("bank", "cancellation_id"), name="earning_cancellation_id_once_per_bank"),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__isnull", True), ("amount_minor__gt", 0), _connector="OR"),
                name="earning_cancellation_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="earning_cancellation_points_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="eventconflict",
            constraint=models.UniqueConstraint(fields=("event", "content_hash"), name="earning_eventconflict_content_once_per_event"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(fields=("bank", "code"), name="earning_rule_code_once_per_bank"),
        ),
        migrations.AddConstraint(
            model_name="dayuse",
            constraint=models.UniqueConstraint(fields=("rule", "wallet_id", "day"), name="earning_dayuse_once"),
        ),
        migrations.AddConstraint(
            model_name="dayuse",
            constraint=models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="earning_dayuse_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(fields=("rule", "number"), name="earning_ruleversion_number_once_per_rule"),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 1), ("points__lte", 1000000)), name="earning_ruleversion_points"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event_cap__isnull", True), ("kind", "fixed"), ("per_minor__isnull", True)),
                    models.Q(("kind", "per_amount"), ("per_minor__gte", 1), ("per_minor__isnull", False)),
                    _connector="OR",
                ),
                name="earning_ruleversion_kind_complete",
                violation_error_message="Fixed points have no amount and no cap per event; points per amount need the amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event_cap__isnull", True), ("event_cap__gte", 1), _connector="OR"),
                    models.Q(("day_cap__isnull", True), ("day_cap__gte", 1), _connector="OR"),
                ),
                name="earning_ruleversion_caps_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(condition=models.Q(("delay_days__lte", 366)), name="earning_ruleversion_delay"),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="earning_ruleversion_ends_after_start",
                violation_error_message="The last day lies before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_used_at__isnull", True), ("activated_at__isnull", False), _connector="OR"),
                name="earning_ruleversion_used_when_active",
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(condition=models.Q(("transfer_id__isnull", False)), fields=["transfer_id"], name="earning_award_transfer"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["made_at"], name="earning_award_made"),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 0), ("points__lte", models.F("counted"))), name="earning_award_points_within_counted"
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("points", 0), ("transfer_id__isnull", True)),
                    models.Q(("points__gt", 0), ("transfer_id__isnull", False)),
                    _connector="OR",
                ),
                name="earning_award_transfer_when_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(("capped_by__in", ["", "event_cap", "day_cap"])), name="earning_award_cap_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="takenback",
            constraint=models.UniqueConstraint(fields=("cancellation", "award"), name="earning_takenback_once_per_cancellation"),
        ),
        migrations.AddConstraint(
            model_name="takenback",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="earning_takenback_points_positive"),
        ),
    ]
