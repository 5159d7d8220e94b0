"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "residents_gift": "select, insert",
    "residents_expirynotice": "select, insert",
}


class Migration(migrations.Migration):
    dependencies = [("residents", "0005_adjust")]

    operations = [keep_to(RIGHTS)]
