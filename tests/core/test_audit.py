"""Security events are added by one function, and by nobody changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import DatabaseError, connection, transaction

from core.audit.choices import SecurityEventKind
from core.audit.models import SecurityEvent
from core.audit.services import count_failure, record_security_event
from core.audit.visitor import VisitFrom
from core.limits import FAILURE_ROWS_PER_MINUTE
from identity.models import User
from tests.world import BEGINNING as NOON

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, int | None, str, str, str, int]]:
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", "actor_id", "about_kind", "about_id", "network", "times"))


def test_an_event_says_who_did_what_from_where(operator: User, east_clerk: User) -> None:
    before = len(events())
    with VisitFrom(lambda: "203.0.113.0/24"):
        record_security_event(SecurityEventKind.ROLE_ENDED, at=NOON, actor_id=operator.pk, about=east_clerk, details={"role": "clerk"})

    assert events()[before:] == [("role_ended", operator.pk, "identity.user", str(east_clerk.pk), "203.0.113.0/24", 1)]
    assert SecurityEvent.objects.latest("pk").details == {"role": "clerk"}


@pytest.mark.parametrize(
    "statement",
    [
        "insert into core_security_event (at, kind, details, times) values (now(), 'signed_in', '{}', 1)",
        "update core_security_event set actor_id = null",
        "delete from core_security_event",
        "truncate core_security_event",
        "update django_admin_log set change_message = ''",
        "delete from django_admin_log",
        "truncate django_admin_log",
    ],
)
def test_the_login_of_the_processes_rewrites_nothing(operator: User, statement: str) -> None:
    record_security_event(SecurityEventKind.SIGNED_IN, at=NOON, actor_id=operator.pk)
    LogEntry.objects.log_actions(operator.pk, [operator], CHANGE, change_message="x", single_object=True)
    before = events(), list(LogEntry.objects.values_list("pk", "change_message"))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert (events(), list(LogEntry.objects.values_list("pk", "change_message"))) == before


def test_a_deed_undone_leaves_no_event(operator: User) -> None:
    before = events()

    with transaction.atomic():
        record_security_event(SecurityEventKind.SIGNED_IN, at=NOON, actor_id=operator.pk)
        assert len(events()) == len(before) + 1
        transaction.set_rollback(True)

    assert events() == before


def test_a_stranger_who_fails_a_thousand_times_makes_one_row_a_minute() -> None:
    with VisitFrom(lambda: "2001:db8:1::/56"):
        for second in range(120):
            for _again in range(8):
                count_failure(SecurityEventKind.SIGN_IN_FAILED, at=NOON + timedelta(seconds=second))

    assert events() == [("sign_in_failed", None, "", "", "2001:db8:1::/56", 480)] * 2


def test_failures_from_everywhere_are_few_rows_and_all_counted(operator: User) -> None:
    before = len(events())
    for network in range(3 * FAILURE_ROWS_PER_MINUTE):
        with VisitFrom(f"10.0.{network}.0/24".format):
            count_failure(SecurityEventKind.SIGN_IN_FAILED, at=NOON, about=operator)

    rows = events()[before:]
    assert len(rows) == FAILURE_ROWS_PER_MINUTE + 1
    assert rows[-1] == ("sign_in_failed", None, "", "", "", 2 * FAILURE_ROWS_PER_MINUTE)
