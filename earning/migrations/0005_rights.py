"""What was written stays: the run-time login changes and deletes no more of it than the services do."""

from django.db import migrations

from core.grants import keep_to

RIGHTS = {
    "earning_event": "select, insert, update (status, link_id, wallet_id)",
    "earning_eventconflict": "select, insert",
    "earning_award": "select, insert",
    "earning_cancellation": "select, insert",
    "earning_takenback": "select",
}


class Migration(migrations.Migration):
    dependencies = [("earning", "0004_take_back")]

    operations = [keep_to(RIGHTS)]
