"""Beat finds its broker again."""

from __future__ import annotations

import pytest
from celery import Celery
from celery.beat import ScheduleEntry, SchedulingError
from celery.schedules import schedule

from community.beat import Scheduler


def test_each_try_is_made_with_a_connection_of_its_own_until_one_succeeds() -> None:
    app = Celery("gone", set_as_current=False, broker="sqla+postgresql+psycopg2://nobody@/nowhere?host=/nonexistent")
    scheduler = Scheduler(app=app, lazy=True)
    entry = ScheduleEntry(name="sweep", task="sweep", schedule=schedule(1.0), app=app)

    for _try in range(3):  # a channel that is used again says that it is disconnected, for ever
        with pytest.raises(SchedulingError, match=r"psycopg2\.OperationalError"):
            scheduler.apply_async(entry, producer=scheduler.producer, advance=False)
