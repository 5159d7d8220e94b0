"""What beat asks for exists, and a message about a file reaches the worker that takes it in."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.test import override_settings

from branches.models import Bank
from community.celery import app
from community.wiring import HANDLERS
from core.outbox.models import OutboxEvent
from earning.models import Event
from earning.tasks import sweep_events_imports
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import register_import
from residents.models import BankLink
from residents.tasks import sweep_residents_imports
from tests.earning.world import bill_rule
from tests.world import BEGINNING, somebody

pytestmark = pytest.mark.django_db
EVENT = b"id,type,subject,time,amount_minor,currency\ne-1,bill.paid,1001,2026-03-05T10:00:00+08:00,24520,CNY\n"
CONTENT = {ImportKind.RESIDENTS: b"customer,name\n1001,Mei\n", ImportKind.EVENTS: EVENT}


@pytest.fixture(params=ImportKind.values)
def waiting(request: pytest.FixtureRequest, east: Bank) -> FileImport:
    """A file of each kind, handed in and not yet taken in."""
    bill_rule(east)
    kind = ImportKind(request.param)
    return register_import(
        actor=somebody(), bank=east, kind=kind, file=io.BytesIO(CONTENT[kind]), name="a.csv", at=BEGINNING, background=True
    )


def taken_in(file_import: FileImport) -> bool:
    file_import.refresh_from_db()
    rows = BankLink.objects.count() if file_import.kind == ImportKind.RESIDENTS else Event.objects.count()
    return (file_import.state, rows) == (ImportState.DONE, 1)


def test_every_task_that_beat_asks_for_is_there() -> None:
    app.loader.import_default_modules()

    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert asked - set(app.tasks) == set()
    assert {"community.tasks.sweep", "settlements.tasks.close_yesterday"} <= asked


def test_news_of_a_file_reaches_the_task_of_its_kind(waiting: FileImport) -> None:
    news = OutboxEvent.objects.get(topic="imports.registered")
    app.conf.task_always_eager = True
    try:
        for handler in HANDLERS[news.topic]:
            handler(news.payload)
    finally:
        app.conf.task_always_eager = False

    assert taken_in(waiting)


def test_a_file_whose_message_was_lost_is_found_by_the_sweep(waiting: FileImport) -> None:
    sweep_residents_imports()
    sweep_events_imports()

    assert taken_in(waiting)


def test_the_minutes_sweep_goes_through_whatever_broker_there_is(waiting: FileImport) -> None:
    from community.tasks import sweep

    app.conf.task_always_eager = True
    try:
        with override_settings(CELERY_BROKER_URL="redis://127.0.0.1/0"):
            sweep()
    finally:
        app.conf.task_always_eager = False

    assert taken_in(waiting)
