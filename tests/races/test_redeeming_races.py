"""Real threads at the tills: one code, one checkout, one key, one receipt."""

from __future__ import annotations

from collections import Counter

import pytest

from branches.models import Bank
from core.limits import BAD_CODES_PER_HANDLE, COOL_DOWN, COOL_DOWN_POINTS_PER_DAY
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from points.queries import spendable
from redemptions.models import Checkout, CodeAttempt, Redemption, Refund, RefusedRedemption, Undo, UsedCode
from redemptions.services import enroll_device, open_checkout, redeem, redeem_code, refund, undo
from residents.models import Resident
from tests.redemptions.world import S10_AT, outcome, phone_of, scanned
from tests.threads import at_once
from tests.world import give_points, somebody

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

THREADS = 12


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100)
    return mei


def test_one_code_at_many_tills_opens_one_checkout(rich: Resident, bakery: Cashier, grocer: Cashier) -> None:
    code = phone_of(rich).code(S10_AT)
    tills = [bakery, grocer] * (THREADS // 2)

    def scan(n: int) -> str:
        return outcome(lambda: open_checkout(cashier=tills[n], code=code, key=f"k{n}", at=S10_AT))

    answers = at_once(scan, range(THREADS))

    half = THREADS // 2
    assert Counter(answers) == {"done": half, "code_already_used": half}  # the till that was first opens its own scan again
    assert Checkout.objects.count() == UsedCode.objects.count() == 1


def test_one_key_of_one_scan_is_one_checkout(rich: Resident, bakery: Cashier) -> None:
    code = phone_of(rich).code(S10_AT)

    checkouts = at_once(lambda _n: open_checkout(cashier=bakery, code=code, key="same", at=S10_AT), range(THREADS))

    assert len({checkout.pk for checkout in checkouts}) == Checkout.objects.count() == 1


def test_one_key_of_one_checkout_is_one_receipt(rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)

    taken = at_once(lambda _n: redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="same", at=S10_AT), range(THREADS))

    assert len({redemption.receipt for redemption in taken}) == Redemption.objects.count() == 1
    assert spendable(rich.wallet_id, at=S10_AT) == 90


def test_one_checkout_under_many_keys_is_redeemed_once(rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)

    def till(key: str) -> str:
        return outcome(lambda: redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key=key, at=S10_AT))

    assert Counter(at_once(lambda n: till(f"k{n}"), range(THREADS))) == {"done": 1, "checkout_closed": THREADS - 1}
    assert spendable(rich.wallet_id, at=S10_AT) == 90


def test_one_key_for_many_checkouts_is_answered_once(rich: Resident, bakery: Cashier) -> None:
    """Some of the checkouts could be redeemed and others are refused: the key belongs to whichever came first."""
    checkouts = [scanned(rich, bakery, at=S10_AT) for _ in range(4)]
    amounts = [10, 101, 10, 101]

    def till(n: int) -> str:
        return outcome(lambda: redeem(cashier=bakery, checkout_id=checkouts[n].pk, points=amounts[n], key="same", at=S10_AT))

    answers = Counter(at_once(till, range(4)))

    assert answers["idempotency_key_reused"] == 3
    assert Redemption.objects.count() + RefusedRedemption.objects.count() == 1


def test_amount_first_from_many_threads_is_one_receipt(rich: Resident, bakery: Cashier) -> None:
    code = phone_of(rich).code(S10_AT)

    taken = at_once(lambda _n: redeem_code(cashier=bakery, code=code, points=10, key="same", at=S10_AT), range(THREADS))

    assert len({redemption.receipt for redemption in taken}) == Redemption.objects.count() == 1
    assert spendable(rich.wallet_id, at=S10_AT) == 90


def test_a_receipt_is_undone_once(rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    receipt = redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="k", at=S10_AT).receipt

    def till(key: str) -> str:
        return outcome(lambda: undo(cashier=bakery, receipt=receipt, reason="Why", key=key, at=S10_AT))

    assert Counter(at_once(lambda n: till(f"u{n}"), range(THREADS))) == {"done": 1, "already_reversed": THREADS - 1}
    assert Undo.objects.count() == 1
    assert spendable(rich.wallet_id, at=S10_AT) == 100


def test_no_more_is_given_back_than_was_taken(rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    receipt = redeem(cashier=bakery, checkout_id=checkout.pk, points=30, key="k", at=S10_AT).receipt

    def till(number: int) -> str:
        return outcome(lambda: refund(cashier=bakery, receipt=receipt, points=10, reason="Why", key=f"r{number}", at=S10_AT))

    assert Counter(at_once(till, range(THREADS))) == {"done": 3, "already_reversed": THREADS - 3}
    assert sorted(Refund.objects.values_list("left", flat=True)) == [0, 10, 20]
    assert spendable(rich.wallet_id, at=S10_AT) == 100


def test_guesses_at_once_are_all_counted(rich: Resident, bakery: Cashier) -> None:
    phone = phone_of(rich)

    def guess(n: int) -> str:
        return outcome(lambda: open_checkout(cashier=bakery, code=phone.guess(S10_AT, off_by=n), key=f"g{n}", at=S10_AT))

    answers = Counter(at_once(guess, range(1, THREADS + 1)))

    assert answers == {"bad_code": BAD_CODES_PER_HANDLE, "too_many_bad_codes": THREADS - BAD_CODES_PER_HANDLE}
    assert CodeAttempt.objects.count() == BAD_CODES_PER_HANDLE


def test_a_dismissal_comes_before_or_after_a_redemption_and_never_between(rich: Resident, bakery: Cashier) -> None:
    checkouts = [scanned(rich, bakery, at=S10_AT) for _ in range(5)]

    def till(checkout: Checkout, key: str) -> str:
        return outcome(lambda: redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key=key, at=S10_AT))

    def step(n: int) -> str:
        if n == len(checkouts):
            return outcome(lambda: dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT))
        return till(checkouts[n], f"k{n}")

    answers = at_once(step, range(len(checkouts) + 1))[:-1]

    assert set(answers) <= {"done", "checkout_not_found"}
    assert Redemption.objects.count() == answers.count("done")
    assert {till(checkout, f"after-{n}") for n, checkout in enumerate(checkouts)} == {"checkout_not_found"}


def test_phones_enrolled_at_once_are_five_at_most(rich: Resident) -> None:
    at_once(lambda _n: enroll_device(resident=rich, at=S10_AT), range(THREADS))
    assert rich.devices.filter(revoked_at__isnull=True).count() == 5


def test_many_tills_at_once_take_no_more_than_the_cool_down_leaves(rich: Resident, east: Bank, bakery: Cashier, grocer: Cashier) -> None:
    give_points(resident=rich, bank=east, points=3 * COOL_DOWN_POINTS_PER_DAY)
    Resident.objects.filter(pk=rich.pk).update(slow_since=S10_AT, slow_until=S10_AT + COOL_DOWN)
    points = COOL_DOWN_POINTS_PER_DAY // 5
    tills = [bakery, grocer] * (THREADS // 2)
    checkouts = [scanned(rich, till, at=S10_AT) for till in tills]

    def take(n: int) -> str:
        return outcome(lambda: redeem(cashier=tills[n], checkout_id=checkouts[n].pk, points=points, key=f"k{n}", at=S10_AT))

    answers = at_once(take, range(THREADS))

    assert Counter(answers) == {"done": 5, "cool_down": THREADS - 5}
    assert sum(Redemption.objects.values_list("points", flat=True)) == COOL_DOWN_POINTS_PER_DAY
