"""Beat ends when it can't hand a task over, and whoever watches it starts it anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import Celery
from celery.beat import BeatLazyFunc

from community.beat import Scheduler


def gone() -> None:
    raise ConnectionError("channel disconnected")


def test_beat_ends_when_a_task_cannot_be_handed_over(tmp_path: Path) -> None:
    app = Celery("gone", broker="memory://")
    app.conf.beat_schedule = {"sweep": {"task": "sweep", "schedule": 1.0, "args": (BeatLazyFunc(gone),)}}
    scheduler = Scheduler(app=app, lazy=True, schedule_filename=str(tmp_path / "schedule"))
    scheduler.setup_schedule()

    with pytest.raises(SystemExit, match="Couldn't apply scheduled task sweep: channel disconnected"):
        scheduler.apply_entry(scheduler.schedule["sweep"])
    scheduler.close()
