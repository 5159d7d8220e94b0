"""A resident claims a customer number."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings

from branches.models import Bank
from community.wiring import HANDLERS
from core.channels.services import MessageNotSent, inbox
from core.limits import CLAIM_CODE_TRIES, CLAIM_TEXTS_PER_DAY, CLAIM_TRIES_PER_USER, NEW_PHONE_TEXTS_PER_DAY
from core.outbox.services import deliver_due
from core.rows import Row
from identity.models import User
from identity.phones import phone_hash
from identity.services import user_with_phone
from redemptions.services import enroll_device
from residents.models import BankLink, ClaimCode, Resident
from residents.services import claim_link, import_residents, send_claim_code
from residents.services.claiming import ClaimRefused, LinkClaimed, TooManyClaimTries
from residents.services.sending import NoPhoneInFile, TooManyClaimTexts
from tests.world import BEGINNING as NOON
from tests.world import letter_code, make_resident

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
    code = letter_code(link=link_of(li), at=NOON)

    link = claim_link(user=person, bank="EB", customer="1004", code=code.lower().replace("-", " "), at=NOON)

    li.refresh_from_db()
    assert (li.user, link.pk, link.claimed_at) == (person, link_of(li).pk, NOON)
    assert ClaimCode.objects.get().used_at == NOON


@pytest.mark.parametrize("customer", ["１００４", " 10-04", "1004\u200b"])
def test_number_and_code_may_be_spelled_as_people_type_them(li: Resident, person: User, customer: str) -> None:
    code = letter_code(link=link_of(li), at=NOON)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

    assert claim_link(user=person, bank="EB", customer=customer, code=f"\u202d{wide}\u3000", at=NOON).claimed_at == NOON


def test_claiming_again_changes_nothing(li: Resident, person: User) -> None:
    code = letter_code(link=link_of(li), at=NOON)
    first = claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON)

    assert claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=1)) == first
    assert link_of(li).claimed_at == NOON


@pytest.mark.parametrize(("bank", "customer", "wrong"), [("EB", "1004", True), ("EB", "9999", False), ("XX", "1004", False)])
def test_wrong_number_and_wrong_code_get_the_same_answer(li: Resident, person: User, bank: str, customer: str, wrong: bool) -> None:  # noqa: FBT001
    code = letter_code(link=link_of(li), at=NOON)

    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank=bank, customer=customer, code="AAAAA-AAAAA" if wrong else code, at=NOON)

    li.refresh_from_db()
    assert (li.user, link_of(li).claimed_at) == (None, None)
    assert person.claim_tries.count() == 1


def test_someone_elses_code_can_be_used_by_nobody_else_after(li: Resident, person: User) -> None:
    code = letter_code(link=link_of(li), at=NOON)
    claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON)
    thief = user_with_phone(phone="+8613800009999")

    with pytest.raises(ClaimRefused):
        claim_link(user=thief, bank="EB", customer="1004", code=code, at=NOON)

    li.refresh_from_db()
    assert li.user == person


def test_a_code_bears_few_wrong_tries(li: Resident, person: User) -> None:
    code = letter_code(link=link_of(li), at=NOON)
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
    code = letter_code(link=link_of(li), at=NOON)

    with pytest.raises(TooManyClaimTries):
        claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=23))

    assert claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(hours=25)).claimed_at


def test_a_code_ends_after_thirty_days_and_with_the_next_one(li: Resident, person: User) -> None:
    old = letter_code(link=link_of(li), at=NOON)
    code = letter_code(link=link_of(li), at=NOON + timedelta(days=1))
    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank="EB", customer="1004", code=old, at=NOON + timedelta(days=1))

    with pytest.raises(ClaimRefused):
        claim_link(user=person, bank="EB", customer="1004", code=code, at=NOON + timedelta(days=31))

    assert link_of(li).claimed_at is None


@pytest.fixture
def filed(east: Bank) -> BankLink:
    """Wu, customer 1005, whose phone the bank's file says."""
    row = Row(line=2, end=1, fields={"customer": "1005", "name": "Wu", "phone": "13800001005"})
    assert import_residents(bank=east, rows=[row], at=NOON).problems == []
    return BankLink.objects.get(resident__name="Wu")


def texted() -> str:
    """The code in the newest text."""
    found = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", inbox(most=1)[0].text)
    assert found
    return found[0]


def test_a_code_goes_to_the_phone_in_the_banks_file_and_opens_the_number_there(filed: BankLink, east_clerk: User) -> None:
    assert send_claim_code(actor=east_clerk, link=filed, at=NOON) == "••• 1005"

    assert inbox(most=1)[0].phone == "+8613800001005"
    kept = ClaimCode.objects.get()
    assert (kept.issued_by, bytes(kept.sent_to or b"")) == (east_clerk, phone_hash("+8613800001005"))
    owner = user_with_phone(phone="+8613800001005")
    assert claim_link(user=owner, bank="EB", customer="1005", code=texted(), at=NOON).claimed_at == NOON


def test_who_sees_the_text_on_another_phone_claims_nothing_and_uses_up_no_tries(filed: BankLink, east_clerk: User, person: User) -> None:
    send_claim_code(actor=east_clerk, link=filed, at=NOON)
    code = texted()
    for guess in (code, *["AAAAA-AAAAA"] * CLAIM_CODE_TRIES):
        with pytest.raises(ClaimRefused):
            claim_link(user=person, bank="EB", customer="1005", code=guess, at=NOON)

    filed.refresh_from_db()
    assert (filed.claimed_at, ClaimCode.objects.get().tries) == (None, 0)
    owner = user_with_phone(phone="+8613800001005")
    assert claim_link(user=owner, bank="EB", customer="1005", code=code, at=NOON).claimed_at == NOON


def test_without_a_phone_in_the_file_no_code_goes_anywhere(li: Resident, east_clerk: User) -> None:
    with pytest.raises(NoPhoneInFile):
        send_claim_code(actor=east_clerk, link=link_of(li), at=NOON)

    assert (ClaimCode.objects.count(), inbox(most=1)) == (0, [])


def test_few_texts_a_day_go_to_one_customer(filed: BankLink, east_clerk: User) -> None:
    for _each in range(CLAIM_TEXTS_PER_DAY):
        send_claim_code(actor=east_clerk, link=filed, at=NOON)

    with pytest.raises(TooManyClaimTexts):
        send_claim_code(actor=east_clerk, link=filed, at=NOON + timedelta(hours=23))

    assert ClaimCode.objects.count() == len(inbox(most=10)) == CLAIM_TEXTS_PER_DAY
    assert send_claim_code(actor=east_clerk, link=filed, at=NOON + timedelta(hours=25))


def test_a_text_that_could_not_be_sent_leaves_the_code_before(filed: BankLink, east_clerk: User) -> None:
    send_claim_code(actor=east_clerk, link=filed, at=NOON)
    code = texted()

    with override_settings(EMBEDDED=False), pytest.raises(MessageNotSent):  # and no gateway
        send_claim_code(actor=east_clerk, link=filed, at=NOON)

    owner = user_with_phone(phone="+8613800001005")
    assert claim_link(user=owner, bank="EB", customer="1005", code=code, at=NOON).claimed_at == NOON


def test_a_claimed_link_gets_no_code(mei: Resident, east_clerk: User) -> None:
    with pytest.raises(LinkClaimed):
        send_claim_code(actor=east_clerk, link=link_of(mei), at=NOON)

    assert (ClaimCode.objects.count(), inbox(most=1)) == (0, [])


def test_the_phone_in_the_file_is_told_of_a_claim(filed: BankLink, person: User) -> None:
    code = letter_code(link=filed, at=NOON)
    claim_link(user=person, bank="EB", customer="1005", code=code, at=NOON)
    deliver_due(HANDLERS, at=NOON)

    told = inbox(most=1)[0]
    assert told.phone == "+8613800001005"
    assert "1004" in told.text  # the tail of the phone that claimed
    assert "branch" in told.text or "网点" in told.text


def test_the_known_phones_are_told_of_one_more(filed: BankLink, person: User) -> None:
    owner = claim_link(user=person, bank="EB", customer="1005", code=letter_code(link=filed, at=NOON), at=NOON).resident
    deliver_due(HANDLERS, at=NOON)
    before = len(inbox(most=10))
    enroll_device(resident=owner, at=NOON)
    deliver_due(HANDLERS, at=NOON)
    assert len(inbox(most=10)) == before

    enroll_device(resident=owner, at=NOON)
    deliver_due(HANDLERS, at=NOON)

    assert {message.phone for message in inbox(most=2)} == {"+8613800001005", "+8613800001004"}
    for _each in range(2 * NEW_PHONE_TEXTS_PER_DAY):
        enroll_device(resident=owner, at=NOON)
    deliver_due(HANDLERS, at=NOON)
    assert len(inbox(most=99)) == before + 2 * (NEW_PHONE_TEXTS_PER_DAY - 1)
