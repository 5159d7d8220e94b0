"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]

    operations = [keep_to({"imports_fileimporterror": "select, insert"})]
