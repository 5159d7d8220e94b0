"""Load the ledger's functions again: corrections by approval have their own steps to be posted by."""

from django.db import migrations

from points.functions import load_functions


class Migration(migrations.Migration):
    dependencies = [("points", "0003_books_checks")]

    operations = [migrations.RunPython(load_functions, migrations.RunPython.noop)]
