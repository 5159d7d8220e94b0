"""The counters of limits are not logged: a crash forgets them, and each count costs less."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counting", "0001_initial")]

    operations = [migrations.RunSQL("alter table counting_counter set unlogged", "alter table counting_counter set logged")]
