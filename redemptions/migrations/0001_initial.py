"""The tables of this package."""

import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("merchants", "0001_initial"),
        ("residents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeviceCredential",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("handle", models.IntegerField(verbose_name="handle")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("key_id", models.PositiveSmallIntegerField(verbose_name="master key")),
                ("last_step", models.BigIntegerField(blank=True, null=True, verbose_name="last step used")),
                ("enrolled_at", models.DateTimeField(verbose_name="enrolled at")),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="frozen at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                (
                    "resident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revoked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "device",
                "verbose_name_plural": "devices",
            },
        ),
        migrations.CreateModel(
            name="Checkout",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "way",
                    models.CharField(
                        choices=[("code", "scanned code"), ("typed", "typed digits")], max_length=8, verbose_name="recognized by"
                    ),
                ),
                ("wallet_id", models.UUIDField(verbose_name="wallet")),
                ("key", models.CharField(max_length=72, verbose_name="key")),
                ("request_hash", models.BinaryField(max_length=32)),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("slow_until", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cool-down until")),
                (
                    "cashier",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkouts",
                        to="merchants.cashier",
                        verbose_name="cashier",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkouts",
                        to="merchants.outlet",
                        verbose_name="outlet",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkouts",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkouts",
                        to="redemptions.devicecredential",
                        verbose_name="device",
                    ),
                ),
            ],
            options={
                "verbose_name": "checkout",
                "verbose_name_plural": "checkouts",
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                (
                    "way",
                    models.CharField(
                        choices=[("code", "scanned code"), ("typed", "typed digits")], max_length=8, verbose_name="recognized by"
                    ),
                ),
                ("wallet_id", models.UUIDField(verbose_name="wallet")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("given_back", models.BigIntegerField(db_default=0, default=0, verbose_name="given back")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("request_hash", models.BinaryField(max_length=32)),
                ("redeemed_at", models.DateTimeField(verbose_name="taken at")),
                (
                    "cashier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="merchants.cashier",
                        verbose_name="cashier",
                    ),
                ),
                (
                    "checkout",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemption",
                        to="redemptions.checkout",
                        verbose_name="checkout",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="merchants.outlet",
                        verbose_name="outlet",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "redemption",
                "verbose_name_plural": "redemptions",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("left", models.BigIntegerField(verbose_name="left after it")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("request_hash", models.BinaryField(max_length=32)),
                ("refunded_at", models.DateTimeField(verbose_name="refunded at")),
                (
                    "cashier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="merchants.cashier", verbose_name="cashier"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="merchants.outlet",
                        verbose_name="outlet",
                    ),
                ),
                (
                    "redemption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="redemptions.redemption",
                        verbose_name="redemption",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
            },
        ),
        migrations.CreateModel(
            name="RefusedRedemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("request_hash", models.BinaryField(max_length=32)),
                ("code", models.CharField(max_length=40, verbose_name="error code")),
                ("details", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="details")),
                ("refused_at", models.DateTimeField(verbose_name="refused at")),
                (
                    "cashier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.cashier", verbose_name="cashier"
                    ),
                ),
                (
                    "checkout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refusals",
                        to="redemptions.checkout",
                        verbose_name="checkout",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.outlet",
                        verbose_name="outlet",
                    ),
                ),
            ],
            options={
                "verbose_name": "refused redemption",
                "verbose_name_plural": "refused redemptions",
            },
        ),
        migrations.CreateModel(
            name="Undo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transfer_id", models.UUIDField(unique=True, verbose_name="transfer")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("request_hash", models.BinaryField(max_length=32)),
                ("undone_at", models.DateTimeField(verbose_name="undone at")),
                (
                    "cashier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="undos", to="merchants.cashier", verbose_name="cashier"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undos",
                        to="merchants.outlet",
                        verbose_name="outlet",
                    ),
                ),
                (
                    "redemption",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undo",
                        to="redemptions.redemption",
                        verbose_name="redemption",
                    ),
                ),
            ],
            options={
                "verbose_name": "undo",
                "verbose_name_plural": "undos",
            },
        ),
        migrations.CreateModel(
            name="UsedCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.BigIntegerField(verbose_name="step")),
                ("used_at", models.DateTimeField(verbose_name="used at")),
                (
                    "device",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="used_codes",
                        to="redemptions.devicecredential",
                        verbose_name="device",
                    ),
                ),
            ],
            options={
                "verbose_name": "used code",
                "verbose_name_plural": "used codes",
            },
        ),
        migrations.CreateModel(
            name="CodeAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handle", models.IntegerField(verbose_name="handle")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
            ],
            options={
                "verbose_name": "wrong code",
                "verbose_name_plural": "wrong codes",
                "indexes": [models.Index(fields=["merchant", "made_at"], name="redemptions_codeattempt_recent")],
            },
        ),
        migrations.AddIndex(
            model_name="devicecredential",
            index=models.Index(fields=["resident", "enrolled_at"], name="redemptions_device_oldest"),
        ),
        migrations.AddConstraint(
            model_name="devicecredential",
            constraint=models.UniqueConstraint(fields=("handle",), name="redemptions_devicecredential_handle_once"),
        ),
        migrations.AddConstraint(
            model_name="devicecredential",
            constraint=models.CheckConstraint(
                condition=models.Q(("handle__gte", 0), ("handle__lt", 1000000000)), name="redemptions_devicecredential_handle_nine_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="devicecredential",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="redemptions_devicecredential_version_from_one"
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(condition=models.Q(("closed_at__isnull", True)), fields=["cashier"], name="redemptions_checkout_open"),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.UniqueConstraint(fields=("outlet", "key"), name="redemptions_checkout_key_once_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="redemptions_checkout_key_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(condition=models.Q(("way__in", ["code", "typed"])), name="redemptions_checkout_way_known"),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("way__in", ("code", "typed")), _negated=True), ("cashier__isnull", False), _connector="OR"),
                name="redemptions_checkout_cashier_at_a_till",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("way__in", ("code", "typed")), _negated=True), ("device__isnull", False), _connector="OR"),
                name="redemptions_checkout_device_of_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("opened_at"))), name="redemptions_checkout_expires_after_opened"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__gte", models.F("opened_at"))), name="redemptions_checkout_closed_after_opened"
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["outlet", "redeemed_at"], name="redemptions_redemption_day"),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["redeemed_at"], name="redemptions_redemption_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(fields=("outlet", "key"), name="redemptions_redemption_key_once_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="redemptions_redemption_key_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(condition=models.Q(("way__in", ["code", "typed"])), name="redemptions_redemption_way_known"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("way__in", ("code", "typed")), _negated=True), ("cashier__isnull", False), _connector="OR"),
                name="redemptions_redemption_cashier_at_a_till",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="redemptions_redemption_points_positive"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_back__gte", 0), ("given_back__lte", models.F("points"))),
                name="redemptions_redemption_given_back_within",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["refunded_at"], name="redemptions_refund_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("outlet", "key"), name="redemptions_refund_key_once_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="redemptions_refund_key_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="redemptions_refund_reason_given"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="redemptions_refund_points_positive"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("left__gte", 0)), name="redemptions_refund_left_not_negative"),
        ),
        migrations.AddIndex(
            model_name="refusedredemption",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["refused_at"], name="redemptions_refused_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="refusedredemption",
            constraint=models.UniqueConstraint(fields=("outlet", "key"), name="redemptions_refusedredemption_key_once_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="refusedredemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="redemptions_refusedredemption_key_not_empty"
            ),
        ),
        migrations.AddIndex(
            model_name="undo",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["undone_at"], name="redemptions_undo_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="undo",
            constraint=models.UniqueConstraint(fields=("outlet", "key"), name="redemptions_undo_key_once_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="undo",
            constraint=models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="redemptions_undo_key_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="undo",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="redemptions_undo_reason_given"),
        ),
        migrations.AddIndex(
            model_name="usedcode",
            index=models.Index(fields=["used_at"], name="redemptions_usedcode_oldest"),
        ),
        migrations.AddConstraint(
            model_name="usedcode",
            constraint=models.UniqueConstraint(fields=("device", "step"), name="redemptions_usedcode_once"),
        ),
    ]
