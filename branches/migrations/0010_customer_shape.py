"""What a bank's customer numbers look like; and why a file was read in its encoding."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0009_auditor_only_reads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="bank",
            name="customer_check",
            field=models.CharField(
                choices=[("none", "none"), ("luhn", "Luhn (as on bank cards)"), ("mod11_2", "MOD 11-2 (as on identity cards)")],
                db_default="none",
                default="none",
                editable=False,
                max_length=8,
                verbose_name="check digit of a customer number",
            ),
        ),
        migrations.AddField(
            model_name="bank",
            name="customer_least",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, editable=False, verbose_name="fewest characters of a customer number"
            ),
        ),
        migrations.AddField(
            model_name="bank",
            name="customer_letters",
            field=models.BooleanField(db_default=True, default=True, editable=False, verbose_name="customer numbers with letters"),
        ),
        migrations.AddField(
            model_name="bank",
            name="customer_most",
            field=models.PositiveSmallIntegerField(
                db_default=40, default=40, editable=False, verbose_name="most characters of a customer number"
            ),
        ),
        migrations.AddField(
            model_name="bank",
            name="customers_shaped_by",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="fileimport",
            name="encoding_why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mark", "the file's byte-order mark says so"),
                    ("ascii", "the file has only ASCII letters, which are the same in both"),
                    ("likely", "its characters are likely in this one and not in the other"),
                    ("said", "as was said when it was handed in"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="why this encoding",
            ),
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
    ]
