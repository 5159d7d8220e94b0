"""Let phones show codes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.limits import CODE_STEP_SECONDS, CODES_AHEAD, DEVICES_PER_RESIDENT, HANDLE_TRIES, NEW_PHONE_TEXTS_PER_DAY
from core.outbox.services import publish
from identity.models import User
from redemptions.errors import CodesComeFromPhones
from redemptions.models import DeviceCredential
from redemptions.news import PhoneAdded
from redemptions.queries import devices_of
from redemptions.rotating_code import HANDLES, device_key, make_code, step_at
from residents.models import Resident


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A new device and its key, which is shown this once."""

    device: DeviceCredential
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodesAhead:
    """Codes made for a phone by the server: the first is that of `first_step`, each further one that of the next step."""

    handle: int
    first_step: int
    codes: Sequence[str] = field(repr=False)


def enroll_device(*, resident: Resident, at: datetime) -> Enrollment:
    """Let one more phone show the resident's codes; beyond five, the one enrolled first stops doing so."""
    key_id = max(settings.CODE_KEYS)
    with transaction.atomic():
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)  # two phones at once are still counted
        _revoke_surplus(resident, at)
        others = devices_of(resident=resident).exists()
        device = _with_new_handle(resident, key_id, at)
        if others and _added_today(resident, at) <= NEW_PHONE_TEXTS_PER_DAY:
            publish(PhoneAdded(device=str(device.pk)), at=at)
        record_security_event(SecurityEventKind.DEVICE_ENROLLED, at=at, actor_id=resident.user_id, about=device)
    return Enrollment(device, device_key(master=settings.CODE_KEYS[key_id], device=device.pk, version=device.version))


def trial_code(*, resident: Resident, at: datetime) -> str:
    """
    What the resident's phone would show now, or a moment later if that was used; a phone is enrolled if there is none.

    :raises CodesComeFromPhones: unless the system is embedded, for trying.
    """
    if not settings.EMBEDDED:
        raise CodesComeFromPhones
    active = DeviceCredential.objects.filter(resident=resident, revoked_at__isnull=True, key_id__in=settings.CODE_KEYS)
    device = active.order_by("-enrolled_at", "-pk").first() or enroll_device(resident=resident, at=at).device
    key = device_key(master=settings.CODE_KEYS[device.key_id], device=device.pk, version=device.version)
    ahead = CODE_STEP_SECONDS if device.last_step == step_at(at) else 0  # one step ahead is taken too
    return make_code(key=key, handle=device.handle, at=at + timedelta(seconds=ahead))


def revoke_device(*, actor: User, resident: Resident, handle: int, at: datetime) -> bool:
    """Stop a phone of the resident's from showing codes, and say whether it could until now. Repeated, it changes nothing."""
    with transaction.atomic():
        device = devices_of(resident=resident).select_for_update().filter(handle=handle).first()
        if device is None:
            return False
        _revoke([device], actor_id=actor.pk, at=at)
    return True


def revoke_other_devices(*, actor: User, resident: Resident, handle: int | None, at: datetime) -> None:
    """Stop every phone of the resident's from showing codes but the one that `handle` names."""
    with transaction.atomic():
        others = devices_of(resident=resident).select_for_update().exclude(handle__in=[] if handle is None else [handle])
        _revoke(others, actor_id=actor.pk, at=at)


def codes_ahead(*, resident: Resident, handle: int | None, at: datetime) -> CodesAhead:
    """
    Codes for a phone that can't keep a key: one for each step of the next minutes.

    The phone that `handle` names goes on, if it is one of the resident's; otherwise one more is enrolled.
    """
    known = None if handle is None else devices_of(resident=resident).filter(handle=handle, key_id__in=settings.CODE_KEYS).first()
    device = known or enroll_device(resident=resident, at=at).device
    key = device_key(master=settings.CODE_KEYS[device.key_id], device=device.pk, version=device.version)
    moments = [at + timedelta(seconds=CODE_STEP_SECONDS * ahead) for ahead in range(CODES_AHEAD)]
    return CodesAhead(device.handle, step_at(at), [make_code(key=key, handle=device.handle, at=moment) for moment in moments])


def _added_today(resident: Resident, at: datetime) -> int:
    return DeviceCredential.objects.filter(resident=resident, enrolled_at__gt=at - timedelta(days=1)).count()


def _revoke_surplus(resident: Resident, at: datetime) -> None:
    active = DeviceCredential.objects.filter(resident=resident, revoked_at__isnull=True).order_by("-enrolled_at", "-pk")
    _revoke(active[DEVICES_PER_RESIDENT - 1 :], actor_id=resident.user_id, at=at)


def _revoke(devices: Iterable[DeviceCredential], *, actor_id: int | None, at: datetime) -> None:
    for device in devices:
        DeviceCredential.objects.filter(pk=device.pk).update(revoked_at=at, revoked_by=actor_id)
        record_security_event(SecurityEventKind.DEVICE_REVOKED, at=at, actor_id=actor_id, about=device)


def _with_new_handle(resident: Resident, key_id: int, at: datetime) -> DeviceCredential:
    for _try in range(HANDLE_TRIES):
        try:
            with transaction.atomic():
                handle = secrets.randbelow(HANDLES)
                return DeviceCredential.objects.create(resident=resident, handle=handle, key_id=key_id, enrolled_at=at)
        except IntegrityError:
            continue  # someone has this handle
    raise AssertionError("a free handle is found within a few tries while phones are far fewer than a billion")
