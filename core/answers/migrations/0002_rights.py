"""What was answered stays: the run-time login adds the answer, and forgets it when it is old."""

from django.db import migrations

from core.grants import keep_to


class Migration(migrations.Migration):
    dependencies = [("answers", "0001_initial")]

    operations = [keep_to({"core_kept_answer": "select, insert, update (answer), delete"})]
