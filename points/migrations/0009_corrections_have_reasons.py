"""No login corrects points or takes earns back by itself: the packages that keep the reasons do."""

from django.db import migrations

from points.functions import load_functions


class Migration(migrations.Migration):
    dependencies = [("points", "0008_usual_posts")]

    operations = [migrations.RunPython(load_functions, migrations.RunPython.noop)]
