"""A resident claims a customer number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from branches.models import Bank
from core.limits import CLAIM_CODE_TRIES, CLAIM_TRIES_PER_USER
from identity.models import User
from identity.services import user_with_phone
from residents.models import BankLink, ClaimCode, Resident
from residents.services import claim_link, issue_claim_code
from residents.services.claiming import ClaimRefused, LinkClaimed, TooManyClaimTries
from tests.world import BEGINNING as NOON
from tests.world import make_resident, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(east: Bank) -> Resident:
    """Li, customer 1004 of East Bank, known to the bank and not claimed yet."""
    return make_resident(links={east: "1004"}, name="Li")


@pytest.fixture
def person(db: None) -> User:
    """Somebody signed in by phone."""
    return user_with_phone(phone="+8613800001004")


def link_of(resident: Resident) -> BankLink:
    return resident.links.get()


def test_number_and_code_make_the_user_the_resident(li: Resident, person: User) -> None:
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)

    link = claim_link(user=person, bank="EB", customer="1004", code=code.lower().replace("-", " "), at=NOON)

    li.refresh_from_db()
    assert (li.user, link.pk, link.claimed_at) == (person, link_of(li).pk, NOON)
    assert ClaimCode.objects.get().used_at == NOON


@pytest.mark.parametrize("customer", ["１００４", " 10-04", "1004\u200b"])
def test_number_and_code_may_be_spelled_as_people_type_them(li: Resident, person: User, customer: str) -> None:
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

    assert claim_link(user=person, bank="EB", customer=customer, code=f"\u202d{wide}\u3000", at=NOON).claimed_at == NOON


def test_claiming_again_changes_nothing(li: Resident, person: User) -> None:
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)
    first = claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON)

    assert claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=1)) == first
    assert link_of(li).claimed_at == NOON


@pytest.mark.parametrize(("bank", "customer", "wrong"), [("EB", "1004", True), ("EB", "9999", False), ("XX", "1004", False)])
def test_wrong_number_and_wrong_code_get_the_same_answer(li: Resident, person: User, bank: str, customer: str, wrong: bool) -> None:  # noqa: FBT001
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)

    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank=bank, customer=customer, code="AAAAA-AAAAA" if wrong else code, at=NOON)

    li.refresh_from_db()
    assert (li.user, link_of(li).claimed_at) == (None, None)
    assert person.claim_tries.count() == 1


def test_someone_elses_code_can_be_used_by_nobody_else_after(li: Resident, person: User) -> None:
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)
    claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON)
    thief = user_with_phone(phone="+8613800009999")

    with pytest.raises(ClaimRefused):
        claim_link(user=thief, bank="EB", customer="1004", code=code, at=NOON)

    li.refresh_from_db()
    assert li.user == person


def test_a_code_bears_few_wrong_tries(li: Resident, person: User) -> None:
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)
    for _ in range(CLAIM_CODE_TRIES):
        with pytest.raises(ClaimRefused):
            claim_link(user=person, bank="EB", customer="1004", code="AAAAA-AAAAA", at=NOON)

    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON)

    assert ClaimCode.objects.get().tries == CLAIM_CODE_TRIES


def test_a_user_guesses_few_times_a_day(li: Resident, person: User) -> None:
    for number in range(CLAIM_TRIES_PER_USER):
        with pytest.raises(ClaimRefused):
            claim_link(user=person, bank="EB", customer=f"77{number}", code="AAAAA-AAAAA", at=NOON)
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)

    with pytest.raises(TooManyClaimTries):
        claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=23))

    assert claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=25)).claimed_at


def test_a_code_ends_after_thirty_days_and_with_the_next_one(li: Resident, person: User) -> None:
    old = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON)
    code = issue_claim_code(actor=somebody(), link=link_of(li), at=NOON + timedelta(days=1))
    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank="EB", customer="1004", code=old, at=NOON + timedelta(days=1))

    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(days=31))

    assert link_of(li).claimed_at is None


def test_a_claimed_link_gets_no_code(mei: Resident) -> None:
    with pytest.raises(LinkClaimed):
        issue_claim_code(actor=somebody(), link=link_of(mei), at=NOON)

    assert not ClaimCode.objects.exists()
