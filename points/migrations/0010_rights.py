"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "points_books_check": "select, insert, delete",
}


class Migration(migrations.Migration):
    dependencies = [("points", "0009_corrections_have_reasons")]

    operations = [keep_to(RIGHTS)]
