"""The ledger's functions, from the SQL files beside this package, and the rights on its tables."""

from django.db import migrations

from core.grants import keep_to
from points.functions import load_functions

RIGHTS = {
    "points_books_check": "select, insert, delete",
}


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]

    operations = [migrations.RunPython(load_functions, migrations.RunPython.noop), keep_to(RIGHTS)]
