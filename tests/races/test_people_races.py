"""Imports and claims at the same time, with real threads and committed rows."""

from __future__ import annotations

import io

import pytest

from core.clock import now
from core.limits import CLAIM_CODE_TRIES, CLAIM_TRIES_PER_USER
from core.outbox.models import OutboxEvent
from identity.models import User
from identity.services import user_with_phone
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import register_import, run_import
from residents.files import COLUMNS
from residents.models import BankLink, ClaimCode, ClaimTry, Resident
from residents.services import claim_link, import_residents
from tests.redemptions.world import outcome
from tests.threads import at_once
from tests.world import BEGINNING, letter_code, make_bank, make_resident, somebody

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)
PEOPLE = b"customer,name\n" + b"".join(b"%d,Name\n" % number for number in range(1, 2001))


def test_two_runners_of_one_import_take_every_row_once() -> None:
    bank = make_bank(code="EB", name="East Bank")
    kept = register_import(actor=somebody(), bank=bank, kind=ImportKind.RESIDENTS, file=io.BytesIO(PEOPLE), name="people.csv", at=BEGINNING)

    def run(_number: int) -> str:
        return outcome(lambda: run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, take_over=True, clock=now))

    told = at_once(run, range(2))

    kept.refresh_from_db()
    assert "done" in told
    assert set(told) <= {"done", "import_taken_over"}
    assert (kept.state, kept.rows_done, kept.counts) == (ImportState.DONE, 2000, {"new": 2000, "changed": 0, "unchanged": 0})
    assert Resident.objects.count() == BankLink.objects.count() == 2000
    assert sum(len(news.payload["customer_hashes"]) for news in OutboxEvent.objects.filter(topic="residents.joined")) == 2000


def test_the_same_people_in_two_files_at_once_are_the_same_people() -> None:
    bank = make_bank(code="EB", name="East Bank")
    files = [
        register_import(actor=somebody(), bank=bank, kind=ImportKind.RESIDENTS, file=io.BytesIO(content), name="people.csv", at=BEGINNING)
        for content in (PEOPLE, PEOPLE + b"2001,Name\n")
    ]

    def run(kept: FileImport) -> FileImport:
        return run_import(import_id=kept.pk, handle_chunk=import_residents, columns=COLUMNS, clock=lambda: BEGINNING)

    done = at_once(run, files)

    assert [kept.state for kept in done] == [ImportState.DONE, ImportState.DONE]
    assert sum(kept.counts["new"] for kept in done) == Resident.objects.count() == BankLink.objects.count() == 2001


def test_the_same_file_registered_twice_at_once_is_one_import() -> None:
    bank = make_bank(code="EB", name="East Bank")

    def register(_number: int) -> FileImport:
        return register_import(
            actor=somebody(), bank=bank, kind=ImportKind.RESIDENTS, file=io.BytesIO(PEOPLE), name="people.csv", at=BEGINNING
        )

    assert len(set(at_once(register, range(4)))) == FileImport.objects.count() == 1


def test_guesses_at_once_do_not_outrun_their_counters() -> None:
    bank = make_bank(code="EB", name="East Bank")
    link = make_resident(links={bank: "1004"}).links.get()
    code = letter_code(link=link, at=BEGINNING)
    users = [user_with_phone(phone=f"1380000200{number}") for number in range(2)]

    def guess(user: User) -> str:
        return outcome(lambda: claim_link(user=user, bank="EB", customer="1004", code="AAAAA-AAAAA", at=BEGINNING))

    told = at_once(guess, users * 12)

    assert told.count("claim_refused") == 2 * CLAIM_TRIES_PER_USER == ClaimTry.objects.count()
    assert told.count("too_many_claim_tries") == 4
    assert ClaimCode.objects.get().tries == CLAIM_CODE_TRIES
    third = user_with_phone(phone="13800002003")
    assert outcome(lambda: claim_link(user=third, bank="EB", customer="1004", code=code, at=BEGINNING)) == "claim_refused"


def test_one_code_claimed_by_two_at_once_has_one_owner() -> None:
    bank = make_bank(code="EB", name="East Bank")
    resident = make_resident(links={bank: "1004"})
    code = letter_code(link=resident.links.get(), at=BEGINNING)
    users = [user_with_phone(phone=f"1380000200{number}") for number in range(4)]

    def claim(user: User) -> str:
        return outcome(lambda: claim_link(user=user, bank="EB", customer="1004", code=code, at=BEGINNING))

    told = at_once(claim, users)

    resident.refresh_from_db()
    assert sorted(told) == ["claim_refused"] * 3 + ["done"]
    assert resident.user == users[told.index("done")]
