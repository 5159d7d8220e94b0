"""The sealer: one process that numbers committed transfers."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from community.stopping import Stopping
from points.log.sealing import run_sealer


class Command(BaseCommand):
    """Number committed transfers until told to stop."""

    help = "Number committed transfers until told to stop."

    def handle(self, *args: object, **options: object) -> None:
        run_sealer(stopping=Stopping())
