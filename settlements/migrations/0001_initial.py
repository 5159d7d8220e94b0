"""The tables of this package."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("branches", "0001_initial"),
        ("merchants", "0001_initial"),
        ("redemptions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("number_after", models.BigIntegerField(verbose_name="after number")),
                ("number_upto", models.BigIntegerField(verbose_name="up to number")),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
                (
                    "closed_by",
                    models.CharField(
                        choices=[("schedule", "the schedule"), ("command", "a command")], max_length=8, verbose_name="closed by"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="on behalf of",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="following",
                        to="settlements.businessday",
                        verbose_name="previous day",
                    ),
                ),
            ],
            options={
                "verbose_name": "business day",
                "verbose_name_plural": "business days",
            },
        ),
        migrations.CreateModel(
            name="IssuerStatement",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("own_minor", models.BigIntegerField(verbose_name="at its own merchants")),
                ("away_minor", models.BigIntegerField(verbose_name="at other banks' merchants")),
                ("fee_bps", models.PositiveIntegerField(verbose_name="fee (basis points)")),
                ("fee_minor", models.BigIntegerField(verbose_name="fee to the alliance")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuer_statements",
                        to="branches.bank",
                        verbose_name="bank",
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuer_statements",
                        to="settlements.businessday",
                        verbose_name="business day",
                    ),
                ),
            ],
            options={
                "verbose_name": "issuer statement",
                "verbose_name_plural": "issuer statements",
            },
        ),
        migrations.CreateModel(
            name="IssuerLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "acquirer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="branches.bank", verbose_name="acquirer"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.merchant", verbose_name="merchant"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="settlements.issuerstatement",
                        verbose_name="issuer statement",
                    ),
                ),
            ],
            options={
                "verbose_name": "issuer statement line",
                "verbose_name_plural": "issuer statement lines",
            },
        ),
        migrations.CreateModel(
            name="MerchantLine",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                (
                    "reason",
                    models.CharField(
                        choices=[("redeem", "redeemed"), ("capture", "redeemed from a hold"), ("reverse", "given back")],
                        max_length=8,
                        verbose_name="reason",
                    ),
                ),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("effective_at", models.DateTimeField(verbose_name="happened at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "redemption",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="redemptions.redemption",
                        verbose_name="receipt",
                    ),
                ),
            ],
            options={
                "verbose_name": "merchant statement line",
                "verbose_name_plural": "merchant statement lines",
            },
        ),
        migrations.CreateModel(
            name="MerchantLinePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="branches.bank", verbose_name="issuer"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="settlements.merchantline",
                        verbose_name="line",
                    ),
                ),
            ],
            options={
                "verbose_name": "issuer's part of a line",
                "verbose_name_plural": "issuers' parts of a line",
            },
        ),
        migrations.CreateModel(
            name="MerchantStatement",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("carried_in_minor", models.BigIntegerField(verbose_name="carried from earlier days")),
                ("payable_minor", models.BigIntegerField(verbose_name="to be paid")),
                ("carried_out_minor", models.BigIntegerField(verbose_name="carried to the next statement")),
                (
                    "acquirer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchant_statements",
                        to="branches.bank",
                        verbose_name="acquirer",
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchant_statements",
                        to="settlements.businessday",
                        verbose_name="business day",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
            ],
            options={
                "verbose_name": "merchant statement",
                "verbose_name_plural": "merchant statements",
            },
        ),
        migrations.AddField(
            model_name="merchantline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="settlements.merchantstatement",
                verbose_name="merchant statement",
            ),
        ),
        migrations.CreateModel(
            name="NetPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="settlements.businessday",
                        verbose_name="business day",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments_received",
                        to="branches.bank",
                        verbose_name="payee",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments_made", to="branches.bank", verbose_name="payer"
                    ),
                ),
            ],
            options={
                "verbose_name": "net payment",
                "verbose_name_plural": "net payments",
            },
        ),
        migrations.CreateModel(
            name="NetPosition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owed_minor", models.BigIntegerField(verbose_name="owed to it by other banks")),
                ("owes_minor", models.BigIntegerField(verbose_name="owed by it to other banks")),
                ("net_minor", models.BigIntegerField(verbose_name="net")),
                ("fee_minor", models.BigIntegerField(verbose_name="fee to the alliance")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="positions", to="branches.bank", verbose_name="bank"
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="positions",
                        to="settlements.businessday",
                        verbose_name="business day",
                    ),
                ),
            ],
            options={
                "verbose_name": "net position",
                "verbose_name_plural": "net positions",
            },
        ),
        migrations.CreateModel(
            name="DayCheckpoint",
            fields=[
                (
                    "day",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="cites",
                        serialize=False,
                        to="settlements.businessday",
                        verbose_name="business day",
                    ),
                ),
                ("size", models.BigIntegerField(verbose_name="leaves of the sealed log")),
                ("witnesses", models.JSONField(verbose_name="witnesses")),
                ("asked", models.PositiveSmallIntegerField(verbose_name="witnesses asked for")),
                ("known", models.PositiveSmallIntegerField(verbose_name="witnesses known")),
                ("cited_at", models.DateTimeField(verbose_name="cited at")),
            ],
            options={
                "verbose_name": "cited checkpoint",
                "verbose_name_plural": "cited checkpoints",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked__lte", models.F("known"))), name="settlements_daycheckpoint_asked_of_known"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(("number_after__lte", models.F("number_upto"))), name="settlements_businessday_numbers_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(("previous__lt", models.F("day"))), name="settlements_businessday_previous_before"
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(("previous__isnull", False), ("number_after", 0), _connector="OR"),
                name="settlements_businessday_first_from_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_by__in", ["schedule", "command"])), name="settlements_businessday_closer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("closed_by", "schedule"), _negated=True), ("person__isnull", True), _connector="OR"),
                name="settlements_businessday_schedule_is_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.UniqueConstraint(fields=("previous",), name="settlements_businessday_one_follows", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.UniqueConstraint(fields=("day", "number_upto"), name="settlements_businessday_end"),
        ),
        migrations.AddConstraint(
            model_name="issuerstatement",
            constraint=models.UniqueConstraint(fields=("bank", "day"), name="settlements_issuerstatement_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="issuerstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor", django.db.models.expressions.CombinedExpression(models.F("own_minor"), "+", models.F("away_minor")))
                ),
                name="settlements_issuerstatement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="issuerline",
            constraint=models.UniqueConstraint(fields=("statement", "merchant"), name="settlements_issuerline_merchant_once"),
        ),
        migrations.AddConstraint(
            model_name="merchantlinepart",
            constraint=models.UniqueConstraint(fields=("line", "issuer"), name="settlements_merchantlinepart_issuer_once"),
        ),
        migrations.AddConstraint(
            model_name="merchantlinepart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__gt", 0), ("points__gt", 0)),
                    models.Q(("amount_minor__lt", 0), ("points__lt", 0)),
                    _connector="OR",
                ),
                name="settlements_merchantlinepart_one_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantstatement",
            constraint=models.UniqueConstraint(fields=("merchant", "day"), name="settlements_merchantstatement_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="merchantstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "payable_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("carried_in_minor"), "+", models.F("amount_minor")),
                            "-",
                            models.F("carried_out_minor"),
                        ),
                    )
                ),
                name="settlements_merchantstatement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("carried_in_minor__lte", 0)), name="settlements_merchantstatement_carried_in_owed"
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("carried_out_minor", 0), ("payable_minor__gte", 0)),
                    models.Q(("carried_out_minor__lt", 0), ("payable_minor", 0)),
                    _connector="OR",
                ),
                name="settlements_merchantstatement_paid_or_carried",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__gt", 0), ("points__gt", 0), ("reason__in", ("redeem", "capture"))),
                    models.Q(("amount_minor__lt", 0), ("points__lt", 0), ("reason", "reverse")),
                    _connector="OR",
                ),
                name="settlements_merchantline_sign_of_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="netpayment",
            constraint=models.UniqueConstraint(fields=("day", "payer", "payee"), name="settlements_netpayment_pair_once"),
        ),
        migrations.AddConstraint(
            model_name="netpayment",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="settlements_netpayment_positive"),
        ),
        migrations.AddConstraint(
            model_name="netpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer", models.F("payee")), _negated=True), name="settlements_netpayment_two_banks"
            ),
        ),
        migrations.AddConstraint(
            model_name="netposition",
            constraint=models.UniqueConstraint(fields=("day", "bank"), name="settlements_netposition_bank_once"),
        ),
        migrations.AddConstraint(
            model_name="netposition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("net_minor", django.db.models.expressions.CombinedExpression(models.F("owed_minor"), "-", models.F("owes_minor")))
                ),
                name="settlements_netposition_adds_up",
            ),
        ),
    ]
