"""An auditor only reads: whoever holds another role as well stops being an auditor, before a constraint says so."""

from typing import Any

from django.db import migrations
from django.db.models.functions import Now


def end_audits(apps: Any, schema_editor: Any) -> None:
    held = apps.get_model("branches", "StaffRole").objects.using(schema_editor.connection.alias).filter(ended_at__isnull=True)
    working = held.exclude(role="auditor").values("user")
    held.filter(role="auditor", user__in=working).update(ended_at=Now())


class Migration(migrations.Migration):
    dependencies = [("branches", "0007_authors")]

    operations = [migrations.RunPython(end_audits, migrations.RunPython.noop)]
