"""Scans: a code is checked, used up, and opens a checkout for two minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from core.errors import DomainError, Done, Outcome, Refused
from core.limits import (
    BAD_CODES_PER_HANDLE,
    BAD_CODES_PER_MERCHANT,
    BAD_CODES_WINDOW,
    CHECKOUT_SECONDS,
    CODES_PER_SWEEP,
    COOL_DOWN,
    USED_CODES_KEPT,
)
from merchants.models import Cashier
from points.errors import IdempotencyKeyReused, WalletFrozen
from points.queries import is_frozen
from redemptions.choices import Way
from redemptions.errors import BadCode, CodeAlreadyUsed, TooManyBadCodes
from redemptions.keys import check_key
from redemptions.keys import request_hash as hash_of
from redemptions.models import Checkout, CodeAttempt, DeviceCredential, UsedCode
from redemptions.rotating_code import Code, device_key, read_code
from redemptions.services.tills import lock_key
from residents.models import Resident

NO_KEY = bytes(32)  # unknown handles are checked against it, so that they take as long as known ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A code that passed every check but is not used up yet; or that used up the checkout which is still open at this till."""

    device: DeviceCredential
    step: int
    still_open: Checkout | None = None


def open_checkout(*, cashier: Cashier, code: str, key: str, at: datetime, way: Way = Way.CODE) -> Checkout:
    """
    Open a checkout on the resident who shows the code, once per key.

    The same code again at the same till finds the checkout that it opened, as long as that is open.

    :raises NoTill: if the cashier was dismissed or the outlet closed.
    :raises IdempotencyKeyReused: if the key opened a checkout on another code.
    :raises NotOurCode, MistypedCode, BadCode, TooManyBadCodes: if the code can't be trusted.
    :raises CodeExpired, CodeClockAhead, CodeAlreadyUsed: if it is not its minute, or it was taken.
    :raises WalletFrozen: if the resident's phone or wallet is frozen.
    """
    check_key(key)
    with transaction.atomic():
        outcome = _open_checkout(cashier, code, way, key=key, at=at)
    return outcome.or_raise()  # after commit: a wrong code stays counted


def open_in_transaction(
    *, cashier: Cashier, code: str, way: Way, key: str, request_hash: bytes, at: datetime, again: bool = False
) -> Outcome[Checkout]:
    """
    Check a code and open a checkout on it in the caller's transaction, which locked the key and found it unused.

    With `again`, a code that opened a checkout here which is still open finds that one.
    """
    checked = _check_code(cashier, code, at, again=again)
    if isinstance(checked, DomainError):
        return Refused(checked)
    if checked.still_open is not None:
        return Done(checked.still_open)
    _use_up(checked, at)
    device, holder = checked.device, checked.device.resident.survivor
    checkout = Checkout.objects.create(
        way=way,
        cashier=cashier,
        outlet_id=cashier.outlet_id,
        resident=holder,
        wallet_id=holder.wallet_id,
        device=device,
        key=key,
        request_hash=request_hash,
        opened_at=at,
        expires_at=at + timedelta(seconds=CHECKOUT_SECONDS),
        slow_until=_slow_until(device, holder, at),
    )
    return Done(checkout)


def close_checkouts(*, cashier_id: int, at: datetime) -> int:
    """Close what a cashier has open, and say how many there were. Repeated, it changes nothing."""
    return Checkout.objects.filter(cashier_id=cashier_id, closed_at__isnull=True, redemption__isnull=True).update(closed_at=at)


def forget_old_codes(*, at: datetime) -> int:
    """Remove used codes and wrong ones that no check looks at any more, a batch of each, and say how many there were."""
    used = UsedCode.objects.filter(used_at__lt=at - USED_CODES_KEPT).values_list("pk", flat=True)
    wrong = CodeAttempt.objects.filter(made_at__lt=at - BAD_CODES_WINDOW).values_list("pk", flat=True)
    removed, _each = UsedCode.objects.filter(pk__in=used[:CODES_PER_SWEEP]).delete()
    also, _each = CodeAttempt.objects.filter(pk__in=wrong[:CODES_PER_SWEEP]).delete()
    return removed + also


def _open_checkout(cashier: Cashier, code: str, way: Way, *, key: str, at: datetime) -> Outcome[Checkout]:
    asked = hash_of("checkout", code)
    if refusal := lock_key(cashier=cashier, key=key):
        return Refused(refusal)
    known = Checkout.objects.filter(outlet_id=cashier.outlet_id, key=key).select_related("resident").first()
    if known is not None:
        return Done(known) if bytes(known.request_hash) == asked else Refused(IdempotencyKeyReused())
    return open_in_transaction(cashier=cashier, code=code, way=way, key=key, request_hash=asked, at=at, again=True)


def _check_code(cashier: Cashier, text: str, at: datetime, *, again: bool) -> Scan | DomainError:
    try:
        code = read_code(text)
    except DomainError as refusal:
        return refusal
    # The lock makes guesses at one phone's code come one after another, so that each is counted before the next.
    rows = DeviceCredential.objects.select_for_update(of=("self",)).select_related("resident__successor")
    device = rows.filter(handle=code.handle).first()
    if _tried_too_often(cashier, code, at):
        return TooManyBadCodes()
    if not code.is_signed_by(_key_of(device), at=at) or device is None:
        CodeAttempt.objects.create(merchant_id=cashier.outlet.merchant_id, handle=code.handle, made_at=at)
        return BadCode()
    scan = Scan(device=device, step=code.step_near(at))
    return _check_use(replace(scan, still_open=_own_checkout(cashier, scan, at)) if again else scan, code, at)


def _own_checkout(cashier: Cashier, scan: Scan, at: datetime) -> Checkout | None:
    """What this very code opened at this till and nobody used: a cashier who cancelled scans it again."""
    used = UsedCode.objects.filter(device=scan.device, step=scan.step).values("used_at")
    opened = Checkout.objects.filter(cashier=cashier, outlet_id=cashier.outlet_id, device=scan.device, opened_at__in=used)
    still = opened.filter(closed_at__isnull=True, redemption__isnull=True, expires_at__gt=at)
    return still.select_related("resident").first()


def _check_use(scan: Scan, code: Code, at: datetime) -> Scan | DomainError:
    device = scan.device
    if device.revoked_at is not None:
        return BadCode()
    if scan.still_open is None:
        try:
            code.check_window(at=at)
        except DomainError as refusal:
            return refusal
        if device.last_step is not None and scan.step <= device.last_step:
            return CodeAlreadyUsed()
    if device.frozen_at is not None or is_frozen(device.resident.survivor.wallet_id):
        return WalletFrozen()
    return scan


def _use_up(scan: Scan, at: datetime) -> None:
    """One use, shown twice: the step only rises, and no step is there twice."""
    newer = Q(last_step__isnull=True) | Q(last_step__lt=scan.step)
    moved = DeviceCredential.objects.filter(newer, pk=scan.device.pk).update(last_step=scan.step)
    assert moved == 1, "the device is locked, so its step is the one that was checked"
    UsedCode.objects.create(device=scan.device, step=scan.step, used_at=at)


def _slow_until(device: DeviceCredential, holder: Resident, at: datetime) -> datetime | None:
    """When the cool-down of a new phone or bank link ends; None where neither is new."""
    ends = [device.enrolled_at + COOL_DOWN, *([holder.slow_until] if holder.slow_until else [])]
    return max(ends) if max(ends) > at else None


def _key_of(device: DeviceCredential | None) -> bytes:
    master = None if device is None else settings.CODE_KEYS.get(device.key_id)
    if device is None or master is None:
        return NO_KEY
    return device_key(master=master, device=device.pk, version=device.version)


def _tried_too_often(cashier: Cashier, code: Code, at: datetime) -> bool:
    recent = CodeAttempt.objects.filter(merchant_id=cashier.outlet.merchant_id, made_at__gt=at - BAD_CODES_WINDOW)
    counted = recent.aggregate(all=Count("pk"), this=Count("pk", filter=Q(handle=code.handle)))
    return bool(counted["this"] >= BAD_CODES_PER_HANDLE or counted["all"] >= BAD_CODES_PER_MERCHANT)
