"""The tables of this package."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alliance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "fee_bps",
                    models.PositiveIntegerField(
                        default=50, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name="fee (basis points)"
                    ),
                ),
                ("currency", models.CharField(default="CNY", max_length=3, verbose_name="currency")),
                (
                    "founded_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="founded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "alliance",
                "verbose_name_plural": "alliances",
            },
        ),
        migrations.CreateModel(
            name="Bank",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        max_length=32,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", "Use letters, digits, “-” and “_”, at most 32."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("issuer_id", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True, verbose_name="issuer")),
                (
                    "customer_letters",
                    models.BooleanField(db_default=True, default=True, editable=False, verbose_name="customer numbers with letters"),
                ),
                (
                    "customer_least",
                    models.PositiveSmallIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="fewest characters of a customer number"
                    ),
                ),
                (
                    "customer_most",
                    models.PositiveSmallIntegerField(
                        db_default=40, default=40, editable=False, verbose_name="most characters of a customer number"
                    ),
                ),
                (
                    "customer_check",
                    models.CharField(
                        choices=[("none", "none"), ("luhn", "Luhn (as on bank cards)"), ("mod11_2", "MOD 11-2 (as on identity cards)")],
                        db_default="none",
                        default="none",
                        editable=False,
                        max_length=8,
                        verbose_name="check digit of a customer number",
                    ),
                ),
                (
                    "admitted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="admitted by",
                    ),
                ),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="banks", to="branches.alliance", verbose_name="alliance"
                    ),
                ),
                (
                    "customers_shaped_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer numbers described by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank",
                "verbose_name_plural": "banks",
            },
        ),
        migrations.CreateModel(
            name="Branch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="branches", to="branches.bank", verbose_name="bank"
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
                "verbose_name": "branch",
                "verbose_name_plural": "branches",
            },
        ),
        migrations.CreateModel(
            name="Neighborhood",
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
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="neighborhoods",
                        to="branches.branch",
                        verbose_name="branch",
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
                "verbose_name": "neighborhood",
                "verbose_name_plural": "neighborhoods",
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("operator", "Alliance operator"),
                            ("bank_manager", "Bank manager"),
                            ("branch_manager", "Branch manager"),
                            ("clerk", "Clerk"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("granted_at", models.DateTimeField(verbose_name="granted at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "bank",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="branches.bank",
                        verbose_name="bank",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="branches.branch",
                        verbose_name="branch",
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
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="granted by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roles", to=settings.AUTH_USER_MODEL, verbose_name="user"
                    ),
                ),
            ],
            options={
                "verbose_name": "staff role",
                "verbose_name_plural": "staff roles",
            },
        ),
        migrations.AddConstraint(
            model_name="alliance",
            constraint=models.CheckConstraint(condition=models.Q(("fee_bps__lte", 10000)), name="branches_alliance_fee_at_most_all"),
        ),
        migrations.AddConstraint(
            model_name="bank",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_check__in", ["none", "luhn", "mod11_2"])), name="branches_bank_customer_check_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="bank",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer_least__gte", 1), ("customer_least__lte", models.F("customer_most")), ("customer_most__lte", 40)
                ),
                name="branches_bank_customer_lengths",
            ),
        ),
        migrations.AddConstraint(
            model_name="branch",
            constraint=models.UniqueConstraint(fields=("bank", "code"), name="branches_branch_code_once_per_bank"),
        ),
        migrations.AddConstraint(
            model_name="neighborhood",
            constraint=models.UniqueConstraint(fields=("branch", "code"), name="branches_neighborhood_code_once_per_branch"),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["operator", "bank_manager", "branch_manager", "clerk", "auditor"])),
                name="branches_staffrole_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "operator"), _negated=True),
                    models.Q(("bank__isnull", True), ("branch__isnull", True)),
                    _connector="OR",
                ),
                name="branches_staffrole_operator_of_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("role", "auditor"), _negated=True), ("branch__isnull", True), _connector="OR"),
                name="branches_staffrole_auditor_of_all_or_a_bank",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "bank_manager"), _negated=True),
                    models.Q(("bank__isnull", False), ("branch__isnull", True)),
                    _connector="OR",
                ),
                name="branches_staffrole_bank_manager_of_a_bank",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["branch_manager", "clerk"]), _negated=True),
                    models.Q(("bank__isnull", False), ("branch__isnull", False)),
                    _connector="OR",
                ),
                name="branches_staffrole_branch_staff_of_a_branch",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("user", "role", "bank", "branch"),
                name="branches_staffrole_active_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                expressions=[
                    (
                        models.Func(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(models.F("user"), "*", models.Value(3)),
                                "+",
                                models.Case(
                                    models.When(role="auditor", then=models.Value(1)),
                                    default=models.Value(0),
                                    output_field=models.BigIntegerField(),
                                ),
                            ),
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(models.F("user"), "*", models.Value(3)),
                                    "+",
                                    models.Case(
                                        models.When(role="auditor", then=models.Value(1)),
                                        default=models.Value(0),
                                        output_field=models.BigIntegerField(),
                                    ),
                                ),
                                "+",
                                models.Value(1),
                            ),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "-|-",
                    )
                ],
                name="branches_staffrole_auditor_only_reads",
            ),
        ),
    ]
