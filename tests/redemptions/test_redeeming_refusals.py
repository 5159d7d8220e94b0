"""Bad input at the till: a clear answer, and nothing half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from branches.models import Bank
from core.errors import DomainError
from core.limits import BAD_CODES_PER_HANDLE, BAD_CODES_PER_MERCHANT, BAD_CODES_WINDOW, DEVICES_PER_RESIDENT, POINTS_PER_REDEMPTION
from merchants.models import Cashier
from points.errors import IdempotencyKeyReused, InsufficientPoints, WalletFrozen
from points.parties import freeze_wallet, unfreeze_wallet
from points.queries import spendable
from redemptions.errors import (
    BadCode,
    CheckoutClosed,
    CheckoutNotFound,
    CodeAlreadyUsed,
    CodeClockAhead,
    CodeExpired,
    InvalidKey,
    InvalidPoints,
    InvalidReason,
    MistypedCode,
    NotOurCode,
    NotTaken,
    ReceiptNotFound,
    TooManyBadCodes,
    UndoTooLate,
)
from redemptions.models import Checkout, CodeAttempt, DeviceCredential, Redemption, RefusedRedemption, Undo, UsedCode
from redemptions.queries import masked_name, outcome_of, today_at
from redemptions.receipts import read_receipt_number, receipt_number
from redemptions.services import close_checkouts, forget_old_codes, open_checkout, redeem, redeem_code, undo
from residents.models import Resident
from tests.ledger_world import facts
from tests.redemptions.world import S10_AT, Phone, new_key, phone_of, scanned
from tests.world import give_points, make_cashier, make_merchant, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100)
    return mei


@pytest.fixture
def phone(rich: Resident) -> Phone:
    """Mei's phone."""
    return phone_of(rich)


def refuse_scan(cashier: Cashier, code: str, error: type[DomainError], *, at: object = None) -> None:
    """The scan is refused with this very error and opens nothing."""
    before = facts(), Checkout.objects.count(), UsedCode.objects.count()
    with pytest.raises(DomainError) as refusal:
        open_checkout(cashier=cashier, code=code, key=new_key(), at=S10_AT)
    assert type(refusal.value) is error
    assert (facts(), Checkout.objects.count(), UsedCode.objects.count()) == before


def test_a_foreign_code(bakery: Cashier) -> None:
    refuse_scan(bakery, "134567890123456789", NotOurCode)


def test_a_mistyped_code(bakery: Cashier, phone: Phone) -> None:
    shown = phone.code(S10_AT)
    refuse_scan(bakery, shown[:-1] + str((int(shown[-1]) + 1) % 10), MistypedCode)
    assert not CodeAttempt.objects.exists()


def test_an_expired_code(bakery: Cashier, phone: Phone) -> None:
    refuse_scan(bakery, phone.code(S10_AT - timedelta(seconds=61)), CodeExpired)


def test_a_code_of_a_clock_ahead(bakery: Cashier, phone: Phone) -> None:
    refuse_scan(bakery, phone.code(S10_AT + timedelta(seconds=31)), CodeClockAhead)


def test_a_replayed_code(bakery: Cashier, grocer: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    checkout = open_checkout(cashier=bakery, code=code, key="first", at=S10_AT)
    refuse_scan(grocer, code, CodeAlreadyUsed)
    redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="spent", at=S10_AT)
    refuse_scan(bakery, code, CodeAlreadyUsed)


def test_the_same_till_opens_its_own_scan_again(bakery: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    first = open_checkout(cashier=bakery, code=code, key="first", at=S10_AT)

    again = open_checkout(cashier=bakery, code=code, key="again", at=first.expires_at - timedelta(seconds=1))

    assert (again.pk, again.expires_at) == (first.pk, first.expires_at)
    assert (Checkout.objects.count(), UsedCode.objects.count()) == (1, 1)
    with pytest.raises(CodeExpired):
        open_checkout(cashier=bakery, code=code, key="late", at=first.expires_at)


def test_a_closed_scan_is_not_opened_again(bakery: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    open_checkout(cashier=bakery, code=code, key="first", at=S10_AT)
    close_checkouts(cashier_id=bakery.pk, at=S10_AT)
    refuse_scan(bakery, code, CodeAlreadyUsed)


def test_a_frozen_wallets_scan_is_not_opened_again(bakery: Cashier, phone: Phone, rich: Resident) -> None:
    code = phone.code(S10_AT)
    open_checkout(cashier=bakery, code=code, key="first", at=S10_AT)
    freeze_wallet(rich.wallet_id, at=S10_AT)
    refuse_scan(bakery, code, WalletFrozen)


def test_a_code_older_than_the_last_one_used(bakery: Cashier, phone: Phone) -> None:
    older = phone.code(S10_AT - timedelta(seconds=15))
    open_checkout(cashier=bakery, code=phone.code(S10_AT), key="first", at=S10_AT)
    refuse_scan(bakery, older, CodeAlreadyUsed)


def test_a_code_is_used_once_even_if_its_step_were_forgotten(bakery: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    open_checkout(cashier=bakery, code=code, key="first", at=S10_AT)
    close_checkouts(cashier_id=bakery.pk, at=S10_AT)
    DeviceCredential.objects.update(last_step=None)
    with pytest.raises(IntegrityError, match="redemptions_usedcode_once"), transaction.atomic():
        open_checkout(cashier=bakery, code=code, key="again", at=S10_AT)


def test_a_guessed_code(bakery: Cashier, phone: Phone) -> None:
    refuse_scan(bakery, phone.guess(S10_AT), BadCode)
    assert CodeAttempt.objects.count() == 1  # the refusal committed its trace


def test_codes_guessed_in_a_row_close_the_merchant_for_this_handle_only(
    bakery: Cashier, grocer: Cashier, phone: Phone, tom: Resident
) -> None:
    for turn in range(BAD_CODES_PER_HANDLE):
        refuse_scan(bakery, phone.guess(S10_AT, off_by=turn + 1), BadCode)
    refuse_scan(bakery, phone.guess(S10_AT, off_by=9), TooManyBadCodes)
    refuse_scan(bakery, phone.code(S10_AT), TooManyBadCodes)  # the sixth guess may be the right one
    assert CodeAttempt.objects.count() == BAD_CODES_PER_HANDLE

    scanned(tom, bakery, at=S10_AT)
    open_checkout(cashier=grocer, code=phone.code(S10_AT), key="elsewhere", at=S10_AT)
    later = S10_AT + BAD_CODES_WINDOW
    open_checkout(cashier=bakery, code=phone.code(later), key="later", at=later)


def test_another_till_of_the_merchant_gives_no_more_guesses(bakery: Cashier, phone: Phone) -> None:
    other_till = make_cashier(merchant=bakery.outlet.merchant, phone="+8613900000777")
    for turn in range(BAD_CODES_PER_HANDLE):
        refuse_scan(bakery, phone.guess(S10_AT, off_by=turn + 1), BadCode)
    refuse_scan(other_till, phone.code(S10_AT), TooManyBadCodes)


def test_a_merchant_has_a_cap_over_all_handles(bakery: Cashier, grocer: Cashier, phone: Phone) -> None:
    CodeAttempt.objects.bulk_create(
        CodeAttempt(merchant=bakery.outlet.merchant, handle=turn, made_at=S10_AT) for turn in range(BAD_CODES_PER_MERCHANT)
    )
    refuse_scan(bakery, phone.code(S10_AT), TooManyBadCodes)
    open_checkout(cashier=grocer, code=phone.code(S10_AT), key="elsewhere", at=S10_AT)


def test_an_unknown_handle_is_answered_as_a_wrong_code(bakery: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    DeviceCredential.objects.update(handle=(phone.enrolled.device.handle + 1) % 10**9)
    refuse_scan(bakery, code, BadCode)


def test_a_revoked_phone(bakery: Cashier, phone: Phone) -> None:
    DeviceCredential.objects.update(revoked_at=S10_AT)
    refuse_scan(bakery, phone.code(S10_AT), BadCode)


def test_a_phone_whose_master_key_is_gone(bakery: Cashier, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CODE_KEYS", {99: bytes(32)})
    refuse_scan(bakery, phone.code(S10_AT), BadCode)


def test_a_code_of_a_frozen_wallet(bakery: Cashier, rich: Resident, phone: Phone) -> None:
    freeze_wallet(rich.wallet_id, at=S10_AT)
    refuse_scan(bakery, phone.code(S10_AT), WalletFrozen)

    unfreeze_wallet(rich.wallet_id)
    open_checkout(cashier=bakery, code=phone.code(S10_AT), key="thawed", at=S10_AT)  # the code was not used up


def test_a_code_of_a_frozen_phone(bakery: Cashier, phone: Phone) -> None:
    DeviceCredential.objects.update(frozen_at=S10_AT)
    refuse_scan(bakery, phone.code(S10_AT), WalletFrozen)


def test_a_wallet_frozen_after_the_scan(bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    freeze_wallet(rich.wallet_id, at=S10_AT)
    before = facts()
    with pytest.raises(WalletFrozen):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="frozen", at=S10_AT)
    assert facts() == before


@pytest.mark.parametrize("points", [0, -1, POINTS_PER_REDEMPTION + 1, 10**30])
def test_points_zero_negative_or_absurd(bakery: Cashier, rich: Resident, phone: Phone, points: int) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    before = facts()

    with pytest.raises(InvalidPoints):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=points, key="odd", at=S10_AT)
    with pytest.raises(InvalidPoints):
        redeem_code(cashier=bakery, code=phone.code(S10_AT), points=points, key="odd", at=S10_AT)

    assert facts() == before
    assert not RefusedRedemption.objects.exists()
    redeem(cashier=bakery, checkout_id=checkout.pk, points=1, key="odd", at=S10_AT)  # nothing was kept under the key


def test_more_points_than_held_in_one_step_leaves_the_checkout_open(bakery: Cashier, rich: Resident, phone: Phone) -> None:
    before = facts()
    with pytest.raises(InsufficientPoints) as refusal:
        redeem_code(cashier=bakery, code=phone.code(S10_AT), points=101, key="amount-first", at=S10_AT)

    checkout = Checkout.objects.get()
    assert refusal.value.details == {"required": 101, "available": 100, "checkout": str(checkout.pk)}
    assert facts() == before
    with pytest.raises(InsufficientPoints) as again:
        redeem_code(cashier=bakery, code=phone.code(S10_AT), points=101, key="amount-first", at=S10_AT)
    assert again.value.details == refusal.value.details
    assert redeem(cashier=bakery, checkout_id=checkout.pk, points=100, key="less", at=S10_AT).points == 100


def test_amount_first_then_scan(bakery: Cashier, rich: Resident, phone: Phone) -> None:
    code = phone.code(S10_AT)
    first = redeem_code(cashier=bakery, code=code, points=40, key="amount-first", at=S10_AT)

    assert redeem_code(cashier=bakery, code=code, points=40, key="amount-first", at=S10_AT) == first
    with pytest.raises(IdempotencyKeyReused):
        redeem_code(cashier=bakery, code=code, points=41, key="amount-first", at=S10_AT)
    with pytest.raises(CodeAlreadyUsed):
        redeem_code(cashier=bakery, code=code, points=40, key="another", at=S10_AT)
    assert spendable(rich.wallet_id, at=S10_AT) == 60
    assert Checkout.objects.count() == 1


def test_a_key_of_a_scan_may_be_the_key_of_a_redemption(bakery: Cashier, rich: Resident, phone: Phone) -> None:
    checkout = open_checkout(cashier=bakery, code=phone.code(S10_AT), key="k", at=S10_AT)
    later = S10_AT + timedelta(seconds=15)
    redeem_code(cashier=bakery, code=phone.code(later), points=10, key="k", at=later)
    assert open_checkout(cashier=bakery, code=phone.code(S10_AT), key="k", at=later) == checkout


def test_the_same_scan_again_is_the_same_checkout(bakery: Cashier, phone: Phone) -> None:
    code = phone.code(S10_AT)
    first = open_checkout(cashier=bakery, code=code, key="scan", at=S10_AT)
    assert open_checkout(cashier=bakery, code=code, key="scan", at=S10_AT + timedelta(minutes=3)) == first
    later = S10_AT + timedelta(seconds=15)
    with pytest.raises(IdempotencyKeyReused):
        open_checkout(cashier=bakery, code=phone.code(later), key="scan", at=later)


def test_a_checkout_is_redeemed_once(bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="first", at=S10_AT)
    before = facts()
    for _time in range(2):
        with pytest.raises(CheckoutClosed):
            redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="second", at=S10_AT)
    assert facts() == before


def test_a_closed_checkout(bakery: Cashier, rich: Resident) -> None:
    used, waiting = scanned(rich, bakery, at=S10_AT), scanned(rich, bakery, at=S10_AT)
    redeem(cashier=bakery, checkout_id=used.pk, points=10, key="first", at=S10_AT)
    assert close_checkouts(cashier_id=bakery.pk, at=S10_AT) == 1
    assert close_checkouts(cashier_id=bakery.pk, at=S10_AT) == 0
    with pytest.raises(CheckoutClosed):
        redeem(cashier=bakery, checkout_id=waiting.pk, points=10, key="second", at=S10_AT)
    assert spendable(rich.wallet_id, at=S10_AT) == 90


def test_another_cashiers_checkout_is_no_checkout(bakery: Cashier, grocer: Cashier, rich: Resident) -> None:
    colleague = make_cashier(merchant=bakery.outlet.merchant, phone="+8613900000777")
    checkout = scanned(rich, bakery, at=S10_AT)
    redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="first", at=S10_AT)
    before = facts()
    for cashier in (grocer, colleague):
        with pytest.raises(CheckoutNotFound):
            redeem(cashier=cashier, checkout_id=checkout.pk, points=10, key="second", at=S10_AT)
    with pytest.raises(CheckoutNotFound):  # the key is Bakery's, not Grocer's: nothing of its answer shows
        redeem(cashier=grocer, checkout_id=checkout.pk, points=10, key="first", at=S10_AT)
    with pytest.raises(NotTaken):
        outcome_of(cashier=grocer, key="first")
    assert facts() == before


def test_two_outlets_may_use_the_same_key(bakery: Cashier, grocer: Cashier, rich: Resident) -> None:
    for cashier in (bakery, grocer):
        checkout = scanned(rich, cashier, at=S10_AT)
        redeem(cashier=cashier, checkout_id=checkout.pk, points=10, key="same", at=S10_AT)
    assert Redemption.objects.filter(key="same").count() == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "a/b", "钥匙", "a\n"])
def test_a_key_that_is_none(bakery: Cashier, phone: Phone, key: str) -> None:
    with pytest.raises(InvalidKey):
        open_checkout(cashier=bakery, code=phone.code(S10_AT), key=key, at=S10_AT)


def test_an_undo_on_the_next_day_is_too_late(bakery: Cashier, rich: Resident) -> None:
    last_second = moment("2026-03-20", "23:59:59")
    checkout = scanned(rich, bakery, at=last_second)
    redemption = redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="late", at=last_second)
    before = facts()
    with pytest.raises(UndoTooLate):
        undo(cashier=bakery, receipt=redemption.receipt, reason="Late", key="undo", at=last_second + timedelta(seconds=1))
    assert facts() == before
    undo(cashier=bakery, receipt=redemption.receipt, reason="In time", key="undo", at=last_second)
    assert spendable(rich.wallet_id, at=S10_AT) == 100


def test_an_undo_once(bakery: Cashier, rich: Resident) -> None:
    colleague = make_cashier(merchant=bakery.outlet.merchant, phone="+8613900000777")
    receipts = [
        redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=S10_AT).pk, points=10, key=f"k{n}", at=S10_AT).receipt for n in range(2)
    ]
    first = undo(cashier=colleague, receipt=receipts[0], reason="Why", key="undo", at=S10_AT)

    assert undo(cashier=bakery, receipt=receipts[0], reason="Why", key="undo", at=S10_AT) == first
    for receipt, key, code in ((receipts[0], "other", "already_reversed"), (receipts[1], "undo", "idempotency_key_reused")):
        with pytest.raises(DomainError) as refusal:
            undo(cashier=bakery, receipt=receipt, reason="Why", key=key, at=S10_AT)
        assert refusal.value.code == code
    assert Undo.objects.count() == 1
    assert spendable(rich.wallet_id, at=S10_AT) == 90


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_an_undo_says_why(bakery: Cashier, rich: Resident, reason: str) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    receipt = redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="k", at=S10_AT).receipt
    with pytest.raises(InvalidReason):
        undo(cashier=bakery, receipt=receipt, reason=reason, key="undo", at=S10_AT)


@pytest.mark.parametrize("typed", ["0000 0125", "0000-0125", "００００\u30000125\u200b", "٠٠٠٠٠١٢٥", "125", "0125"])
def test_a_receipt_number_is_read_as_people_type_it(typed: str) -> None:
    assert read_receipt_number(typed) == 12


def test_a_receipt_number_carries_a_check_digit() -> None:
    assert receipt_number(12) == "00000125"
    assert read_receipt_number(" 0000 0125 ") == 12
    assert read_receipt_number(receipt_number(123456789012)) == 123456789012
    for wrong in ("00000126", "126", "12", "5", "", "0000012x", "9" * 40, "0000.0125"):
        with pytest.raises(ReceiptNotFound):
            read_receipt_number(wrong)


def test_the_day_page_by_page(bakery: Cashier, grocer: Cashier, rich: Resident, django_assert_num_queries: object) -> None:
    def take(cashier: Cashier, key: str, at: object = S10_AT) -> str:
        checkout = scanned(rich, cashier, at=at)  # type: ignore[arg-type]
        return redeem(cashier=cashier, checkout_id=checkout.pk, points=1, key=key, at=at).receipt  # type: ignore[arg-type]

    take(bakery, "yesterday", moment("2026-03-19", "23:59:59"))
    take(grocer, "elsewhere")
    numbers = [take(bakery, f"k{n}") for n in range(5)]
    numbers.reverse()

    with django_assert_num_queries(1):  # type: ignore[operator]
        first = today_at(cashier=bakery, at=S10_AT, limit=3)
    second = today_at(cashier=bakery, at=S10_AT, older_than=first.older_than or "", limit=3)

    assert [item.number for item in first.receipts] == numbers[:3]
    assert [item.number for item in second.receipts] == numbers[3:]
    assert second.older_than is None


def test_a_sixth_phone_takes_the_place_of_the_first(rich: Resident, bakery: Cashier) -> None:
    phones = [phone_of(rich, at=S10_AT + timedelta(seconds=n)) for n in range(DEVICES_PER_RESIDENT + 1)]
    refuse_scan(bakery, phones[0].code(S10_AT), BadCode)
    open_checkout(cashier=bakery, code=phones[1].code(S10_AT), key="second", at=S10_AT)
    assert DeviceCredential.objects.filter(revoked_at__isnull=True).count() == DEVICES_PER_RESIDENT


def test_what_no_check_looks_at_any_more_is_forgotten(bakery: Cashier, rich: Resident, phone: Phone) -> None:
    refuse_scan(bakery, phone.guess(S10_AT), BadCode)
    open_checkout(cashier=bakery, code=phone.code(S10_AT), key="k", at=S10_AT)
    assert forget_old_codes(at=S10_AT) == 0
    assert forget_old_codes(at=S10_AT + timedelta(days=3)) == 2


def test_a_closed_merchant_takes_nothing(east: Bank, rich: Resident) -> None:
    kiosk = make_cashier(merchant=make_merchant(name="Kiosk", acquirer=east))
    checkout = scanned(rich, kiosk, at=S10_AT)
    kiosk.outlet.closed_at = S10_AT
    kiosk.outlet.save(update_fields=["closed_at"])
    with pytest.raises(CheckoutNotFound):
        redeem(cashier=kiosk, checkout_id=checkout.pk, points=10, key="closed", at=S10_AT)
    assert spendable(rich.wallet_id, at=S10_AT) == 100


def test_a_name_is_masked() -> None:
    assert [masked_name(name) for name in ("Mei", "王小明", "")] == ["M**", "王**", "**"]
