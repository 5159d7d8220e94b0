"""A wallet that stays locked by others: nothing of the batch remains, and it is said so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import OperationalError, connections, transaction

from branches.models import Bank
from earning.choices import EventAnswer
from earning.files import COLUMNS
from earning.models import Event
from earning.services import take_events
from earning.services.importing import import_events
from imports.choices import ImportKind, ImportState
from imports.services import register_import, run_import
from points.errors import LedgerBusy
from residents.models import Resident
from tests.earning.world import bill_rule, cloud_event, everything
from tests.world import moment, somebody

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

AT = moment("2026-03-05", "12:00")
FILE = b"id,type,subject,time,amount_minor\nb-1,bill.paid,1001,2026-03-05,24520\n"


@contextmanager
def locked(wallet: UUID) -> Iterator[None]:
    """Someone else is at the wallet and doesn't let go."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select 1 from points_wallet where id = %s for update", [wallet])
        yield


def test_a_batch_that_meets_a_locked_wallet_is_told_to_come_again(east: Bank, mei: Resident) -> None:
    bill_rule(east)
    before = everything()

    with locked(mei.wallet_id):
        outcomes = take_events(bank=east, raw_events=[cloud_event(), cloud_event(id="bill-2", subject="1999")], at=AT, origin="test")

    assert [outcome.answer for outcome in outcomes] == [EventAnswer.REFUSED, EventAnswer.REFUSED]
    assert all(isinstance(outcome.error, LedgerBusy) for outcome in outcomes)
    assert everything() == before

    again = take_events(bank=east, raw_events=[cloud_event(), cloud_event(id="bill-2", subject="1999")], at=AT, origin="test")
    assert [outcome.answer for outcome in again] == [EventAnswer.POSTED, EventAnswer.WAITING]


def test_an_import_that_meets_a_locked_wallet_goes_on_later(east: Bank, mei: Resident) -> None:
    bill_rule(east)
    kept = register_import(actor=somebody(), bank=east, kind=ImportKind.EVENTS, file=io.BytesIO(FILE), name="day.csv", at=AT)

    with locked(mei.wallet_id), pytest.raises(OperationalError):
        run_import(import_id=kept.pk, handle_chunk=import_events, columns=COLUMNS, clock=lambda: AT)
    kept.refresh_from_db()
    assert (kept.state, kept.rows_done, Event.objects.count()) == (ImportState.RUNNING, 0, 0)

    done = run_import(import_id=kept.pk, handle_chunk=import_events, columns=COLUMNS, clock=lambda: AT, take_over=True)
    assert (done.state, done.counts) == (ImportState.DONE, {"posted": 1, "points": 24})
