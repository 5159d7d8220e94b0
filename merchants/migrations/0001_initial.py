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
            name="Merchant",
            fields=[
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
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("party_id", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True, verbose_name="ledger party")),
                ("enrolled_at", models.DateTimeField(verbose_name="enrolled at")),
                (
                    "acquirer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merchants", to="branches.bank", verbose_name="acquirer"
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
                    "enrolled_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="enrolled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merchant",
                "verbose_name_plural": "merchants",
            },
        ),
        migrations.CreateModel(
            name="Outlet",
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
                    "picture",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bakery", "Bakery"),
                            ("books", "Books"),
                            ("soy_milk", "Soy milk"),
                            ("flowers", "Flowers"),
                            ("tea", "Tea"),
                            ("barber", "Barber"),
                            ("glasses", "Glasses"),
                            ("laundry", "Laundry"),
                            ("greens", "Greens"),
                            ("pharmacy", "Pharmacy"),
                            ("bicycle", "Bicycles"),
                            ("fruit", "Fruit"),
                        ],
                        db_default="",
                        default="",
                        max_length=16,
                        verbose_name="picture",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
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
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlets",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "neighborhood",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlets",
                        to="branches.neighborhood",
                        verbose_name="neighborhood",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
            ],
            options={
                "verbose_name": "outlet",
                "verbose_name_plural": "outlets",
            },
        ),
        migrations.CreateModel(
            name="Cashier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appointed_at", models.DateTimeField(verbose_name="appointed at")),
                ("dismissed_at", models.DateTimeField(blank=True, null=True, verbose_name="dismissed at")),
                (
                    "appointed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="appointed by",
                    ),
                ),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dismissed by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tills", to=settings.AUTH_USER_MODEL, verbose_name="user"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cashiers", to="merchants.outlet", verbose_name="outlet"
                    ),
                ),
            ],
            options={
                "verbose_name": "cashier",
                "verbose_name_plural": "cashiers",
            },
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__gt", models.F("opened_at"))), name="merchants_outlet_closed_after_opened"
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "picture__in",
                        [
                            "",
                            "bakery",
                            "books",
                            "soy_milk",
                            "flowers",
                            "tea",
                            "barber",
                            "glasses",
                            "laundry",
                            "greens",
                            "pharmacy",
                            "bicycle",
                            "fruit",
                        ],
                    )
                ),
                name="merchants_outlet_picture_is_drawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dismissed_at__isnull", True)),
                fields=("user", "outlet"),
                name="merchants_cashier_active_once_per_outlet",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashier",
            constraint=models.CheckConstraint(
                condition=models.Q(("dismissed_at__gte", models.F("appointed_at"))), name="merchants_cashier_dismissed_after_appointed"
            ),
        ),
    ]
