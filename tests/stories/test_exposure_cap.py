"""S09: issuance stops at the cap, staff are told, and what waited is posted when the cap is raised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from branches.models import Bank
from community.wiring import HANDLERS
from core.clock import now
from core.outbox.models import OutboxEvent
from core.outbox.services import deliver_due
from earning.choices import EventAnswer, EventStatus
from earning.models import Award, Event
from earning.queries import undecided_events
from earning.services import IssuancePaused
from identity.models import User
from points.queries import history, outstanding
from residents.models import Resident
from tests.earning.world import bill, bill_rule, send
from tests.issuing.world import cap_set
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db

PAID = moment("2026-03-05", "10:00")


def test_s09_issuance_stops_at_the_cap_and_goes_on_when_it_is_raised(
    east: Bank, mei: Resident, tom: Resident, east_manager: User, operator: User
) -> None:
    bill_rule(east)
    give_points(resident=tom, bank=east, points=999_990)
    cap_set(east, 1_000_000, maker=east_manager, checker=operator)
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    outcome = send(east, bill(24520, paid=PAID), at=PAID)

    assert (outcome.answer, outcome.status, outcome.points) == (EventAnswer.ISSUANCE_PAUSED, EventStatus.ISSUANCE_PAUSED, 0)
    assert history(mei.wallet_id) == []
    assert not Award.objects.exists()
    told = OutboxEvent.objects.get()
    assert (told.topic, told.payload) == (IssuancePaused.topic, {"bank_id": east.pk, "events": 1})
    assert undecided_events(banks=[east.pk], most=10).paused == 1

    cap_set(east, 1_000_014, maker=east_manager, checker=operator)
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    (move,) = history(mei.wallet_id)
    assert (move.points, move.effective_at) == (24, PAID)
    assert move.recorded_at > PAID
    assert Event.objects.get().status == EventStatus.POSTED
    assert outstanding(east.issuer_id) == 1_000_014
    assert undecided_events(banks=None, most=10).paused == 0
