"""What hands over the tasks that come with the clock: Celery's own scheduler, that ends when it no longer can."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler, SchedulingError


class Scheduler(PersistentScheduler):
    """
    Ends the process when a task can't be handed over, so that it is started anew with a fresh connection.

    Celery's own logs the error and goes on with a channel that never heals once the database behind the broker was killed:
    from then on no sweep would run.
    """

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Hand one over, or end."""
        try:
            return super().apply_async(*args, **kwargs)
        except SchedulingError as error:
            raise SystemExit(str(error)) from error
