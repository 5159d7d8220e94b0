"""The tables of this package."""

import django.contrib.postgres.indexes
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
        migrations.CreateModel(
            name="Resident",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, default="", max_length=80, verbose_name="name")),
                ("wallet_id", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True, verbose_name="wallet")),
                ("joined_at", models.DateTimeField(verbose_name="joined at")),
                ("slow_since", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cool-down since")),
                ("slow_until", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cool-down until")),
                ("slow_free", models.BigIntegerField(db_default=0, default=0, editable=False, verbose_name="points free of the cool-down")),
                ("merged_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="merged at")),
                (
                    "frozen_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="frozen by",
                    ),
                ),
                (
                    "neighborhood",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="residents",
                        to="branches.neighborhood",
                        verbose_name="neighborhood",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="residents.resident",
                        verbose_name="merged into",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resident",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "resident",
                "verbose_name_plural": "residents",
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
            },
        ),
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
            },
        ),
        migrations.CreateModel(
            name="BankLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_encrypted", models.TextField(verbose_name="customer number")),
                ("customer_hash", models.BinaryField(max_length=32)),
                ("phone_encrypted", models.TextField(blank=True, null=True, verbose_name="phone in the bank's file")),
                ("phone_hash", models.BinaryField(blank=True, db_index=True, max_length=32, null=True)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="claimed at")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="branches.bank", verbose_name="bank"
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="branches.branch",
                        verbose_name="branch",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="residents.resident", verbose_name="resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "bank link",
                "verbose_name_plural": "bank links",
            },
        ),
        migrations.CreateModel(
            name="ClaimCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.BinaryField(max_length=32)),
                ("sent_to", models.BinaryField(blank=True, max_length=32, null=True)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                (
                    "issued_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="residents.banklink", verbose_name="bank link"
                    ),
                ),
            ],
            options={
                "verbose_name": "claim code",
                "verbose_name_plural": "claim codes",
                "indexes": [models.Index(fields=["link", "-made_at"], name="residents_claimcode_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="residents_claimcode_expires_after_made"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent_to__isnull", True), ("issued_by__isnull", False), _connector="OR"),
                        name="residents_claimcode_text_is_issued",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="claim_tries", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "made_at"], name="residents_claimtry_recent")],
            },
        ),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(condition=models.Q(("merged_at__isnull", False)), fields=["merged_at"], name="residents_resident_merged"),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(("successor__isnull", True), ("user__isnull", True), _connector="OR"),
                name="residents_resident_merged_is_nobodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("slow_free", 0), ("slow_since__isnull", True), ("slow_until__isnull", True)),
                    models.Q(("slow_free__gte", 0), ("slow_since__isnull", False), ("slow_until__gt", models.F("slow_since"))),
                    _connector="OR",
                ),
                name="residents_resident_cool_down_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_at__isnull", True), ("successor__isnull", True)),
                    models.Q(("merged_at__isnull", False), ("successor__isnull", False)),
                    _connector="OR",
                ),
                name="residents_resident_merged_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftday",
            constraint=models.UniqueConstraint(fields=("resident", "day"), name="residents_giftday_once"),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["given_at"], name="residents_gift_made", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.UniqueConstraint(fields=("giver", "key"), name="residents_gift_key_once_per_giver"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="residents_gift_points_positive"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(("giver", models.F("receiver")), _negated=True), name="residents_gift_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="banklink",
            constraint=models.UniqueConstraint(fields=("bank", "customer_hash"), name="residents_banklink_customer_once_per_bank"),
        ),
        migrations.AddConstraint(
            model_name="banklink",
            constraint=models.UniqueConstraint(fields=("resident", "bank"), name="residents_banklink_bank_once_per_resident"),
        ),
        migrations.AddConstraint(
            model_name="banklink",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone_encrypted__isnull", True), ("phone_hash__isnull", False), _connector="OR"),
                name="residents_banklink_phone_is_found",
            ),
        ),
    ]
