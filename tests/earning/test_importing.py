"""Files of events: CSV and JSON Lines, row errors, run again, interrupted by a kill."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from branches.models import Bank
from core.errors import DomainError
from core.rows import DuplicateColumn, EmptyFile, NoRows, TooManyColumns, WrongEncoding
from earning.files import COLUMNS
from earning.models import Event, EventConflict
from earning.services.importing import import_events
from earning.tasks import run_events_import
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import register_import, run_import
from points.queries import spendable
from residents.models import Resident
from tests.earning.world import bill_rule, cloud_event, everything
from tests.world import moment, somebody

pytestmark = pytest.mark.django_db

AT = moment("2026-03-06", "01:00")
HEADER = "id,type,subject,time,amount_minor,currency,category\n"
GOOD = "b-1,bill.paid,1001,2026-03-05T10:00:00+08:00,24520,CNY,water\n"


@pytest.fixture(autouse=True)
def _r1(east: Bank) -> None:
    bill_rule(east)


def take(bank: Bank, content: bytes | str) -> FileImport:
    """Take a file in."""
    body = content.encode() if isinstance(content, str) else content
    kept = register_import(actor=somebody(), bank=bank, kind=ImportKind.EVENTS, file=io.BytesIO(body), name="day.csv", at=AT)
    return run_import(import_id=kept.pk, handle_chunk=import_events, columns=COLUMNS, clock=lambda: AT)


def errors(done: FileImport) -> list[tuple[int, str]]:
    return list(done.errors.order_by("line").values_list("line", "code"))


def lines(events: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def test_csv_and_json_lines_say_the_same(east: Bank, mei: Resident) -> None:
    first = take(east, HEADER + GOOD)
    again = take(east, lines([cloud_event(id="b-1", data={"category": "water"})]))

    assert (first.state, first.counts) == (ImportState.DONE, {"posted": 1, "points": 24})
    assert again.counts == {"duplicate": 1}
    assert spendable(mei.wallet_id, at=AT) == 24


def test_the_other_way_to_write_a_csv(east: Bank, mei: Resident) -> None:
    rows = (
        "id;type;customer;time;amount;channel\n"
        "a;bill.paid;1001;2026-03-05;245.20;app\n"
        "b;bill.paid;1001;2026-03-05 10:00;245.2;\n"
        "c;bill.paid;1001;2026-03-05T10:00:00Z;245;\n"
    )

    done = take(east, rows)

    assert done.counts == {"posted": 3, "points": 72}
    assert list(Event.objects.order_by("event_id").values_list("amount_minor", "currency", "occurred_at")) == [
        (24520, "CNY", moment("2026-03-05", "00:00")),
        (24520, "CNY", moment("2026-03-05", "10:00")),
        (24500, "CNY", moment("2026-03-05", "18:00")),
    ]


def test_a_chinese_file_in_gb18030(east: Bank, mei: Resident) -> None:
    done = take(east, (HEADER + GOOD.replace("water", "水费")).encode("gb18030"))

    assert done.counts == {"posted": 1, "points": 24}
    assert Event.objects.get().facts == {"category": "水费"}


def test_a_byte_order_mark_is_no_content(east: Bank, mei: Resident) -> None:
    assert take(east, b"\xef\xbb\xbf" + (HEADER + GOOD).encode()).counts["posted"] == 1


def test_the_report_counts_every_outcome(east: Bank, mei: Resident) -> None:
    take(east, HEADER + GOOD)
    rows = [
        GOOD,
        GOOD.replace("24520", "24530"),
        GOOD.replace("b-1", "b-2").replace("1001", "1999"),
        GOOD.replace("b-1", "b-3").replace("24520", "999"),
        GOOD.replace("b-1", "b-4").replace("2026-03-05", "2025-12-31"),
        GOOD.replace("b-1", "b-5").replace("24520", "-1"),
        GOOD.replace("b-1", "b-6"),
    ]

    done = take(east, HEADER + "".join(rows))

    assert done.counts == {
        "duplicate": 1,
        "conflict": 1,
        "waiting": 1,
        "nothing_earned": 1,
        "no_rule": 1,
        "posted": 1,
        "points": 24,
        "errors": 2,
    }
    assert errors(done) == [(3, "event_conflict"), (7, "amount_not_positive")]
    assert EventConflict.objects.count() == 1
    assert spendable(mei.wallet_id, at=AT) == 48


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("b-2,bill.payed,1001,2026-03-05,1000,CNY,", "type_unknown"),
        ("b-2,bill.paid,1001,2026-03-05,0,CNY,", "amount_not_positive"),
        ("b-2,bill.paid,1001,2026-03-05,-5,CNY,", "amount_not_positive"),
        ("b-2,bill.paid,1001,2026-03-05,245.20,CNY,", "amount_not_whole"),
        ("b-2,bill.paid,1001,2026-03-05,1e9,CNY,", "field_invalid"),
        ("b-2,bill.paid,1001,2026-03-05,三百,CNY,", "field_invalid"),
        ("b-2,bill.paid,1001,2026-03-05,99999999999999999999999,CNY,", "amount_too_large"),
        ("b-2,bill.paid,1001,2026-03-05,100000000001,CNY,", "amount_too_large"),
        ("b-2,bill.paid,1001,2026-03-07,1000,CNY,", "time_in_future"),
        ("b-2,bill.paid,1001,2020-03-05,1000,CNY,", "time_too_old"),
        ("b-2,bill.paid,1001,05.03.2026,1000,CNY,", "time_invalid"),
        ("b-2,bill.paid,1001,2026-02-30,1000,CNY,", "time_invalid"),
        ("b-2,bill.paid,1001,2026-03-05,1000,EUR,", "currency_wrong"),
        ("b-2,bill.paid,1001,2026-03-05,,,", "amount_missing"),
        ("b-2,bill.paid,,2026-03-05,1000,CNY,", "field_missing"),
        (",bill.paid,1001,2026-03-05,1000,CNY,", "field_missing"),
        ("b-2,bill.paid,1001,,1000,CNY,", "field_missing"),
        ("b-2,bill.paid,1001,2026-03-05,1000", "wrong_column_count"),
        ('b-2,"bill.paid,1001,2026-03-05,1000,CNY,', "row_not_parsed"),
        ("x," * 200, "wrong_column_count"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_taken(east: Bank, mei: Resident, row: str, code: str) -> None:
    done = take(east, f"{HEADER}{row}\n{GOOD}")

    assert (done.state, done.counts) == (ImportState.DONE, {"errors": 1, "posted": 1, "points": 24})
    assert errors(done) == [(2, code)]


def test_bad_json_lines_are_reported(east: Bank, mei: Resident) -> None:
    good = lines([cloud_event(id="good")])
    bad = [
        lines([cloud_event(id="b", data={"amount_minor": 245.2})]),
        '{"id": \n',
        "[1]\n",
        lines([cloud_event(id="c", data={"points": 1})]),
    ]

    done = take(east, good + "".join(bad))

    assert errors(done) == [(2, "amount_not_whole"), (3, "row_not_parsed"), (4, "row_not_an_object"), (5, "field_unknown")]
    assert done.counts == {"posted": 1, "points": 24, "errors": 4}


def test_a_file_cut_in_the_middle_of_a_row_says_so(east: Bank, mei: Resident) -> None:
    done = take(east, (HEADER + GOOD + GOOD.replace("b-1", "b-2"))[:-20])

    assert errors(done)[0][0] == 3
    assert (done.counts["posted"], done.counts["errors"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (HEADER.encode(), NoRows),
        (HEADER.replace("category", "id").encode() + GOOD.encode(), DuplicateColumn),
        ((",".join(f"c{n}" for n in range(200)) + "\n1\n").encode(), TooManyColumns),
        ((HEADER + GOOD).encode("utf-16"), WrongEncoding),
    ],
    ids=["empty", "header only", "a column twice", "200 columns", "UTF-16"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(east: Bank, mei: Resident, content: bytes, refusal: type[DomainError]) -> None:
    before = everything()

    with pytest.raises(refusal):
        take(east, content)

    assert everything() == before
    assert not FileImport.objects.exists()


@pytest.mark.parametrize("header", [HEADER.replace(",time", ""), HEADER.replace("category", "points")], ids=["missing", "extra"])
def test_a_wrong_column_fails_the_import_with_a_sentence(east: Bank, header: str) -> None:
    done = take(east, header + "1,2,3,4,5,6,7\n")

    assert (done.state, done.counts) == (ImportState.FAILED, {})
    assert "time" in done.problem or "points" in done.problem
    assert not Event.objects.exists()


def test_a_second_import_changes_nothing(east: Bank, mei: Resident) -> None:
    rows = "".join(GOOD.replace("b-1", f"b-{number}").replace("03-05", f"01-{number % 28 + 1:02d}") for number in range(1200))
    first = take(east, HEADER + rows)
    before = everything()

    second = take(east, HEADER + rows)

    assert first.counts == {"posted": first.counts["posted"], "nothing_earned": first.counts["nothing_earned"], "points": 28 * 300}
    assert second.counts == {"duplicate": 1200}
    assert everything() == before


def test_the_worker_takes_an_upload_in(east: Bank, mei: Resident, settings: Any) -> None:
    paid = (moment("2026-03-05") - timedelta(0)).isoformat()
    content = lines([cloud_event(time=paid)]).encode()
    kept = register_import(
        actor=somebody(), bank=east, kind=ImportKind.EVENTS, file=io.BytesIO(content), name="day.jsonl", at=AT, background=True
    )

    run_events_import(str(kept.pk))

    kept.refresh_from_db()
    assert kept.state == ImportState.DONE
    assert sum(kept.counts.values()) >= 1
