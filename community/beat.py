"""What hands over the tasks that come with the clock: Celery's own scheduler, that finds its broker again."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler, SchedulingError


class Scheduler(PersistentScheduler):
    """
    Begins with a new connection after a task couldn't be handed over.

    Celery's own goes on with a channel that never heals once the database behind the broker was gone for a moment: from then
    on it hands over nothing, and no sweep runs.
    """

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """
        Hand one over.

        :raises SchedulingError: if the broker can't be reached; beat logs it, and the task comes again at its next time.
        """
        try:
            return super().apply_async(*args, **kwargs)
        except SchedulingError:
            for made_once in ("producer", "connection"):
                vars(self).pop(made_once, None)
            raise
