"""What forms answered."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.grants import keep_to


class Migration(migrations.Migration):
    """The first migration of this package."""

    initial = True
    dependencies: ClassVar = [("outbox", "0001_roles"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("answer", models.TextField(default="")),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "core_kept_answer",
                "indexes": [models.Index(fields=["at"], name="core_kept_answer_at")],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="core_kept_answer_once")],
            },
        ),
        keep_to({"core_kept_answer": "select, insert, update (answer), delete"}),
    ]
