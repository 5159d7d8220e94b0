"""Counters of limits, in a table that isn't logged."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first migration of this package."""

    initial = True
    dependencies: ClassVar = [("outbox", "0001_roles")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("key", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField()),
                ("used", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL("alter table counting_counter set unlogged", "alter table counting_counter set logged"),
    ]
