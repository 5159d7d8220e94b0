"""Neighborhoods have a name in English beside their own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0011_index_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="neighborhood",
            name="changed_by",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="neighborhood",
            name="name_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Shown to people who read English. If it is empty, they see the other name.",
                max_length=80,
                verbose_name="name in English",
            ),
        ),
    ]
