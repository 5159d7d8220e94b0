"""The relay: news from the outbox to those who hear of it."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from community.stopping import Stopping
from community.wiring import HANDLERS
from core.clock import now
from core.limits import RELAY_PAUSE_SECONDS
from core.outbox.services import deliver_due


class Command(BaseCommand):
    """Deliver news until told to stop. Several may run."""

    help = "Deliver the outbox's news until told to stop."

    def handle(self, *args: object, **options: object) -> None:
        stopping = Stopping()
        while not stopping():
            if deliver_due(HANDLERS, at=now()) == 0:
                stopping.wait(RELAY_PAUSE_SECONDS)
