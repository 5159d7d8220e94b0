"""What beat asks for: nudges for what a lost message left lying. Each finds its work in PostgreSQL."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.conf import settings
from django.db import connection

from branches.tasks import sweep_old_answers
from earning.tasks import sweep_events_imports, sweep_waiting_events
from identity.tasks import sweep_old_sign_ins
from openapi.tasks import sweep_old_tokens
from redemptions.tasks import sweep_old_codes
from residents.tasks import sweep_residents_imports
from settlements.tasks import sweep_citations

SWEEPS: Final = (
    sweep_residents_imports,
    sweep_events_imports,
    sweep_waiting_events,
    sweep_old_codes,
    sweep_old_sign_ins,
    sweep_old_tokens,
    sweep_old_answers,
    sweep_citations,
)


@shared_task
def sweep() -> None:
    """Twice a minute: throw away messages that were taken from the broker's table, and ask for what was left lying."""
    if settings.CELERY_BROKER_URL.startswith("sqla+"):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM celery.kombu_message WHERE NOT visible")
    for task in SWEEPS:
        task.delay()
