"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "outbox_outboxevent": "select, insert, delete, update (tries, next_try_at, last_error)",
}


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_publish")]

    operations = [keep_to(RIGHTS)]
