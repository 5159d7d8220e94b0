"""The ledger's functions never wait for the just-in-time compiler."""

from django.db import migrations

from points.functions import load_functions


class Migration(migrations.Migration):
    dependencies = [("points", "0006_suspend_issuers")]

    operations = [migrations.RunPython(load_functions, migrations.RunPython.noop)]
