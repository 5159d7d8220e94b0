"""Closed days cite the sealed log; what they cite stays: the run-time login only adds rows."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the rights to change and delete from the run-time login."""
    app = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON settlements_daycheckpoint FROM {app}")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("settlements", "0002_written_once")]
    operations: ClassVar = [
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
            options={"verbose_name": "cited checkpoint", "verbose_name_plural": "cited checkpoints"},
        ),
        migrations.AddConstraint(
            "daycheckpoint",
            models.CheckConstraint(name="settlements_daycheckpoint_asked_of_known", condition=Q(asked__lte=F("known"))),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
