"""Two secrets for a day when one is renewed; scopes without a bound on their length."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What a client has besides."""

    dependencies: ClassVar = [("openapi", "0001_client")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="client",
            name="previous_secret",
            field=models.CharField(blank=True, db_default="", default="", max_length=255, verbose_name="previous secret"),
        ),
        migrations.AddField(
            model_name="client",
            name="previous_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="previous secret good until"),
        ),
        migrations.AlterField(
            model_name="client",
            name="scopes",
            field=models.TextField(help_text="What it may do, separated by spaces.", verbose_name="scopes"),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=Q(previous_secret="", previous_until__isnull=True) | Q(~Q(previous_secret=""), previous_until__isnull=False),
                name="openapi_client_previous_secret_ends",
            ),
        ),
    ]
