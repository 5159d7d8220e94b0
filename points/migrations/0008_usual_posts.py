"""One earn or one redemption that nothing stands against takes a short way through the ledger's functions."""

from django.db import migrations

from points.functions import load_functions


class Migration(migrations.Migration):
    dependencies = [("points", "0007_never_compile")]

    operations = [migrations.RunPython(load_functions, migrations.RunPython.noop)]
