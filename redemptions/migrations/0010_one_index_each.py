"""
A foreign key that another index begins with needs none of its own, and a claim is only ever found by its id.

Each costs a write; and a plan that was made before PostgreSQL knew the table took the poorer one, which read all that an
outlet had ever taken to find one key.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0007_working_till_in_english"),
        ("redemptions", "0009_keys_of_an_outlet"),
        ("residents", "0009_index_times"),
    ]

    operations = [
        migrations.AlterField(
            model_name="claim",
            name="cashier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="merchants.cashier",
                verbose_name="cashier",
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="outlet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="merchants.outlet",
                verbose_name="outlet",
            ),
        ),
        migrations.AlterField(
            model_name="codeattempt",
            name="merchant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.merchant",
                verbose_name="merchant",
            ),
        ),
        migrations.AlterField(
            model_name="devicecredential",
            name="resident",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="devices",
                to="residents.resident",
                verbose_name="resident",
            ),
        ),
        migrations.AlterField(
            model_name="redemption",
            name="outlet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="merchants.outlet",
                verbose_name="outlet",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="outlet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="merchants.outlet",
                verbose_name="outlet",
            ),
        ),
        migrations.AlterField(
            model_name="refusedcapture",
            name="outlet",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.outlet", verbose_name="outlet"
            ),
        ),
        migrations.AlterField(
            model_name="undo",
            name="outlet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undos",
                to="merchants.outlet",
                verbose_name="outlet",
            ),
        ),
        migrations.AlterField(
            model_name="usedcode",
            name="device",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="used_codes",
                to="redemptions.devicecredential",
                verbose_name="device",
            ),
        ),
    ]
