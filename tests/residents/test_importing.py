"""A bank's file makes residents."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils.translation import override

from branches.models import Bank, Branch
from branches.services.customers import shape_customers
from core.identifiers import CustomerShape
from core.outbox.models import OutboxEvent
from core.rows import EncodingUnclear, Row
from identity.models import User
from identity.services import user_with_phone
from imports.choices import ImportKind, ImportState
from imports.errors import RowsContradict
from imports.models import FileImport
from imports.reports import report_text
from imports.services import ChunkResult, register_import, run_import
from points.queries import spendable
from residents.files import COLUMNS
from residents.models import BankLink, ClaimCode, Resident
from residents.queries import customer_hash, customer_of, links_by_hash
from residents.services import claim_link, import_residents
from tests.world import BEGINNING, somebody

pytestmark = pytest.mark.django_db


def take_in(bank: Bank, content: str, *, encoding: str = "") -> FileImport:
    kept = register_import(
        actor=somebody(),
        bank=bank,
        kind=ImportKind.RESIDENTS,
        file=io.BytesIO(content.encode()),
        name="people.csv",
        at=BEGINNING,
        encoding=encoding,
    )
    return run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, clock=lambda: BEGINNING)


def test_a_customer_becomes_an_unclaimed_resident_with_a_wallet(east: Bank) -> None:
    done = take_in(east, "customer,name,branch,neighborhood\n1001,Mei,EB-1,EB-N1\n")

    assert (done.state, done.counts) == (ImportState.DONE, {"new": 1, "changed": 0, "unchanged": 0})
    link = BankLink.objects.get()
    assert customer_of(link=link) == "1001"
    assert (link.resident.name, link.resident.user, link.claimed_at) == ("Mei", None, None)
    assert link.branch is not None
    assert link.branch.code == "EB-1"
    assert spendable(link.resident.wallet_id, at=BEGINNING) == 0
    found = customer_hash(bank_code="EB", customer="1001")
    assert links_by_hash(bank_id=east.pk, hashes=[found])[found].wallet_id == link.resident.wallet_id


def test_the_same_file_again_changes_nothing(east: Bank) -> None:
    content = "customer,name,branch,neighborhood,phone,claim_code\n" + "".join(
        f"{n},Name {n},EB-1,EB-N1,1380000{n},SECRET{n}\n" for n in range(1000, 1600)
    )
    first = take_in(east, content)
    before = state()

    second = take_in(east, content)

    assert first.counts == {"new": 600, "changed": 0, "unchanged": 0}
    assert (second.pk != first.pk, second.counts) == (True, {"new": 0, "changed": 0, "unchanged": 600})
    assert state() == before
    assert [len(event.payload["customer_hashes"]) for event in OutboxEvent.objects.order_by("pk")] == [500, 100]


def test_a_later_file_changes_what_it_says_and_nothing_else(east: Bank, east_other_branch: Branch) -> None:
    take_in(east, "customer,name,branch,neighborhood,phone\n1001,Mei,EB-1,EB-N1,13800001001\n")
    link = BankLink.objects.get()

    done = take_in(east, "customer,branch\n1001,EB-2\n")

    changed = BankLink.objects.get()
    assert done.counts == {"new": 0, "changed": 1, "unchanged": 0}
    assert (changed.branch, changed.resident.name) == (east_other_branch, "Mei")
    assert (changed.phone_hash, changed.resident_id) == (link.phone_hash, link.resident_id)


def test_a_claimed_resident_keeps_their_own_name(east: Bank, mei: Resident) -> None:
    take_in(east, "customer,name\n1001,Somebody\n")

    mei.refresh_from_db()
    assert mei.name == "Mei"


def test_two_banks_same_number_are_two_people(east: Bank, west: Bank) -> None:
    take_in(east, "customer\n1001\n")
    take_in(west, "customer\n1001\n")

    one, two = BankLink.objects.order_by("pk")
    assert bytes(one.customer_hash) != bytes(two.customer_hash)
    assert one.resident_id != two.resident_id


def test_a_files_code_claims_the_link(east: Bank) -> None:
    take_in(east, "customer,claim_code\n1001,abcd-12345\n")
    user = user_with_phone(phone="+8613800001001")

    link = claim_link(user=user, bank="EB", customer="1001", code="ABCD12345", at=BEGINNING)

    assert link.resident.user == user
    assert take_in(east, "customer,claim_code\n1001,zzzz-99999\n").counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",Nobody,,,,", "customer_missing"),
        ("10.01,Mei,,,,", "customer_not_valid"),
        (f"{'9' * 41},Mei,,,,", "customer_not_valid"),
        (f"1001,{'x' * 81},,,,", "field_not_valid"),
        ("1001,Mei\x07,,,,", "character_refused"),
        ("1001,Mei,WB-1,,,", "unknown_branch"),
        ("1001,Mei,EB-1,WB-N1,,", "unknown_neighborhood"),
        ("1001,Mei,,EB-N1,,", "unknown_neighborhood"),
        ("1001,Mei,,,call me,", "phone_not_valid"),
        ("1001,Mei,,,,123", "claim_code_not_valid"),
        ("1001", "wrong_column_count"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_come_in(east: Bank, west: Bank, row: str, code: str) -> None:
    done = take_in(east, f"customer,name,branch,neighborhood,phone,claim_code\n1000,Ann,,,,\n{row}\n1002,Bob,,,,\n")

    assert (done.state, done.counts["new"], done.counts["errors"]) == (ImportState.DONE, 2, 1)
    assert [(error.line, error.code) for error in done.errors.all()] == [(3, code)]
    assert sorted(Resident.objects.values_list("name", flat=True)) == ["Ann", "Bob"]


def test_json_lines_take_numbers_for_text_and_nothing_else(east: Bank) -> None:
    done = take_in(east, '{"customer": 1001, "name": null}\n{"customer": true}\n{"customer": 1.5}\n{"customer": ["1"]}\n')

    assert done.counts == {"new": 1, "changed": 0, "unchanged": 0, "errors": 3}
    assert customer_of(link=BankLink.objects.get()) == "1001"


def test_a_chunk_costs_the_same_statements_however_many_rows(east: Bank, django_assert_max_num_queries: Any) -> None:
    def rows(first: int, number: int) -> list[Row]:
        return [
            Row(line=n, end=n, fields={"customer": str(n), "name": f"N{n}", "branch": "EB-1", "claim_code": f"SECRET{n}"})
            for n in range(first, first + number)
        ]

    for first, number in ((1, 1), (1000, 500)):
        with django_assert_max_num_queries(11):
            import_residents(bank=east, rows=rows(first, number), at=BEGINNING)
        with django_assert_max_num_queries(6):
            import_residents(bank=east, rows=rows(first, number), at=BEGINNING)


def test_the_command_takes_a_file_in_and_says_so(east: Bank, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes("customer,name\n1001,张梅\n".encode("gb18030"))

    with override("en"):
        call_command("import_residents", str(file), bank="EB")

    assert Resident.objects.get().name == "张梅"
    assert "new residents: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "bank"),
    [
        (b"customer\n\n", "EB"),
        (b"customer\n1001\n", "XX"),
        (b"", "EB"),
        (b"customer,x\n1001\n", "EB"),
        (b"number\n1\n", "EB"),
    ],
)
def test_the_command_ends_with_two_when_something_is_wrong(east: Bank, tmp_path: Path, content: bytes, bank: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    with pytest.raises(SystemExit) as stopped:
        call_command("import_residents", str(file), bank=bank)

    assert stopped.value.code == 2
    assert not Resident.objects.exists()


def test_a_customer_number_is_nowhere_in_clear(
    east: Bank, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    canary, code, phone = "77391846520", "CANARY-93175", "13861937482"
    file = tmp_path / "people.csv"
    file.write_text(f"customer,name,branch,claim_code,phone\n{canary},Mei,,{code},{phone}\n{canary}1,Mei,EB-9,,\n{canary}2\n")
    with pytest.raises(SystemExit):
        call_command("import_residents", str(file), bank="EB")
    link = BankLink.objects.get()
    assert customer_of(link=link) == canary

    said = capfd.readouterr()
    told = [said.out, said.err, caplog.text, repr(link), str(link), str(link.resident)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            told += [row[0] for row in cursor.fetchall()]

    assert not [text for text in told if any(secret in text for secret in (canary, code, phone))]


def state() -> list[object]:
    """All that an import may write."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Resident, BankLink, ClaimCode, OutboxEvent)]


@pytest.mark.parametrize("spelling", ["１００１", "1001\u200b", "10 01", "10-01", "\u202d1001\u202c"])
def test_a_customer_number_spelled_otherwise_makes_no_second_resident(east: Bank, mei: Resident, spelling: str) -> None:
    done = take_in(east, f"customer,name\n{spelling},Mei\n")

    assert done.counts == {"new": 0, "changed": 0, "unchanged": 1}
    assert Resident.objects.count() == 1
    assert customer_of(link=BankLink.objects.get()) == "1001"


def test_numbers_that_a_spreadsheet_spoiled_are_errors_of_their_rows(east: Bank) -> None:
    done = take_in(east, "customer,name\n6.22588E+15,Mei\n6.22588E+15,Tom\n1004,Li\n1005.0,Bo\n")

    assert done.counts == {"new": 1, "changed": 0, "unchanged": 0, "errors": 3}
    assert [(error.line, error.code) for error in done.errors.order_by("line")] == [
        (2, "customer_power_of_ten"),
        (3, "customer_power_of_ten"),
        (5, "customer_not_valid"),
    ]
    assert [customer_of(link=link) for link in BankLink.objects.all()] == ["1004"]


def test_a_number_without_its_zeros_is_refused_where_the_bank_says_how_long_they_are(east: Bank, east_manager: User) -> None:
    shape_customers(actor=east_manager, bank=east, shape=CustomerShape(letters=False, least=6, most=6))

    done = take_in(east, "customer,name\n001001,Mei\n1001,Mei\n")

    assert [(error.line, error.code) for error in done.errors.all()] == [(3, "customer_not_digits")]
    assert Resident.objects.count() == 1


def test_rows_of_one_customer_that_differ_are_errors_wherever_they_stand(east: Bank) -> None:
    between = "".join(f"{n},Name {n},\n" for n in range(5000, 6200))  # more than two chunks
    file = (
        f"customer,name,phone\n1001,Mei,\n1002,Tom,13800001002\n1003,Li,\n{between}"
        "１００１,Lei,\n1003,Li,\n1002,Tom,13800001003\n1001,Mei,\n"
    )

    done = take_in(east, file)

    assert [(error.line, error.code) for error in done.errors.order_by("line")] == [
        (line, "rows_contradict") for line in (2, 3, 1205, 1207, 1208)
    ]
    assert done.counts == {"new": 1201, "changed": 0, "unchanged": 1, "errors": 5}
    assert sorted(customer_of(link=link) for link in BankLink.objects.filter(resident__name__in=["Mei", "Lei", "Tom", "Li"])) == ["1003"]
    with override("en"):
        assert "first in line 2 and last in line 1208" in str(RowsContradict(first=2, last=1208))


def test_equal_rows_are_one_however_their_numbers_are_spelled(east: Bank) -> None:
    done = take_in(east, "customer,name,phone\n1001,Mei,138 0000 1001\n１００１,Mei ,13800001001\n")

    assert done.counts == {"new": 1, "changed": 0, "unchanged": 1}


def test_a_contradiction_is_found_again_after_an_interruption(east: Bank) -> None:
    rows = "".join(f"{n},Name {n}\n" for n in range(5000, 5600))
    kept = register_import(
        actor=somebody(),
        bank=east,
        kind=ImportKind.RESIDENTS,
        file=io.BytesIO(f"customer,name\n1001,Mei\n{rows}1001,Lei\n".encode()),
        name="p.csv",
        at=BEGINNING,
    )
    taken: list[int] = []

    def stop_after_one_chunk(*, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
        if taken:
            raise OperationalError
        taken.append(len(rows))
        return import_residents(bank=bank, rows=rows, at=at)

    with pytest.raises(OperationalError):
        run_import(import_id=kept.pk, handle_chunk=stop_after_one_chunk, columns=COLUMNS, clock=lambda: BEGINNING)
    done = run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, take_over=True, clock=lambda: BEGINNING)

    assert taken == [499]
    assert [(error.line, error.code) for error in done.errors.order_by("line")] == [(2, "rows_contradict"), (603, "rows_contradict")]
    assert Resident.objects.count() == 600


@pytest.mark.parametrize("name", ["\U00031350\U0002ebf0", "王\ue863", "阿依古丽·买买提", "\U0002a6d6"])
def test_a_name_with_rare_characters_is_taken(east: Bank, name: str) -> None:
    take_in(east, f"customer,name\n1001,{name}\n1002,张梅\n1003,汤姆\n")

    assert BankLink.objects.order_by("pk")[0].resident.name == name


@pytest.mark.parametrize("odd", ["\u202e", "\x1b", "\u2028", "\ufffe"])
@pytest.mark.parametrize("field", ["name", "branch", "neighborhood"])
def test_a_character_that_is_no_text_is_an_error_of_its_row_and_is_named(east: Bank, field: str, odd: str) -> None:
    done = take_in(east, f"customer,{field}\n1001,M{odd}x\n1002,\n", encoding="utf-8")

    (error,) = done.errors.all()
    assert (error.line, error.code) == (2, "character_refused")
    assert field in error.message
    assert f"U+{ord(odd):04X}" in error.message
    assert done.counts["new"] == 1


def test_the_report_says_in_which_encoding_the_file_was_read_and_why(east: Bank) -> None:
    content = "customer,name\n1001,张梅\n".encode("gb18030")
    kept = register_import(actor=somebody(), bank=east, kind=ImportKind.RESIDENTS, file=io.BytesIO(content), name="p.csv", at=BEGINNING)
    done = run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, clock=lambda: BEGINNING)

    with override("en"):
        assert "read as GB18030: its characters are likely in this one" in report_text(file_import=done)
    assert Resident.objects.get().name == "张梅"


def test_a_file_whose_encoding_can_not_be_told_is_asked_about(east: Bank) -> None:
    content = "customer,name\n1001,اب\n".encode()
    with pytest.raises(EncodingUnclear):
        register_import(actor=somebody(), bank=east, kind=ImportKind.RESIDENTS, file=io.BytesIO(content), name="p.csv", at=BEGINNING)
    assert not FileImport.objects.exists()

    kept = register_import(
        actor=somebody(), bank=east, kind=ImportKind.RESIDENTS, file=io.BytesIO(content), name="p.csv", at=BEGINNING, encoding="utf-8"
    )
    run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, clock=lambda: BEGINNING)
    assert Resident.objects.get().name == "اب"
