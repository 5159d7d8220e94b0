"""What follows from what: each topic of the outbox and who hears of it. The only place where news finds its readers."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from core.clock import now
from core.outbox.services import Handler, Payload
from decisions.decision import Decision, declared
from decisions.news import Approved
from decisions.services import carry_out
from earning.services import IssuancePaused, PausedEventsLeft, WaitingEventsLeft, carry_day_uses, post_paused, post_waiting
from earning.tasks import run_events_import
from imports.choices import ImportKind
from imports.news import ImportRegistered
from issuing.news import CapSet
from issuing.services.exposure import CAP
from issuing.services.suspension import LIFT_SUSPENSION
from issuing.services.terms import TERMS
from merchants.services import CashierDismissed
from redemptions.news import PhoneAdded, PointsRedeemed, RedemptionRefunded, RedemptionUndone
from redemptions.services import close_checkouts
from residents.services import CustomerClaimed, PointsExpire, PointsGiven, ResidentsJoined, ResidentsMerged
from residents.services.adjusting import ADJUSTMENT
from residents.services.unfreezing import UNFREEZE
from residents.tasks import run_residents_import
from web.notices.expiry import tell_of_expiry
from web.notices.newcomers import tell_of_claim, tell_of_phone

IMPORTERS: Final = {ImportKind.RESIDENTS.value: run_residents_import, ImportKind.EVENTS.value: run_events_import}

DECISIONS: Final[tuple[Decision[Any], ...]] = (ADJUSTMENT, TERMS, CAP, LIFT_SUSPENSION, UNFREEZE)


def _post_waiting(payload: Payload) -> None:
    post_waiting(bank_id=payload["bank_id"], customer_hashes=payload["customer_hashes"], at=now())


def _carry_day_uses(payload: Payload) -> None:
    carry_day_uses(resident=UUID(payload["resident"]), into=UUID(payload["into"]))


def _post_paused(payload: Payload) -> None:
    post_paused(bank_id=payload["bank_id"], at=now())


def _run_import(payload: Payload) -> None:
    IMPORTERS[payload["kind"]].delay(payload["import_id"])


def _close_checkouts(payload: Payload) -> None:
    close_checkouts(cashier_id=payload["cashier_id"], at=now())


def _carry_out(payload: Payload) -> None:
    """Do what was approved; a refusal is kept with the approval."""
    carry_out(approval_id=UUID(payload["approval_id"]), decision=declared()[payload["action"]], at=now())


def _tell_of_expiry(payload: Payload) -> None:
    tell_of_expiry(notice_id=payload["notice"], at=now())


def _tell_of_claim(payload: Payload) -> None:
    tell_of_claim(link_id=payload["link"], at=now())


def _tell_of_phone(payload: Payload) -> None:
    tell_of_phone(device_id=UUID(payload["device"]), at=now())


HANDLERS: Final[dict[str, tuple[Handler, ...]]] = {
    ResidentsJoined.topic: (_post_waiting,),
    ResidentsMerged.topic: (_carry_day_uses,),
    WaitingEventsLeft.topic: (_post_waiting,),
    IssuancePaused.topic: (),  # a notice to the bank's staff comes here
    CapSet.topic: (_post_paused,),
    PausedEventsLeft.topic: (_post_paused,),
    ImportRegistered.topic: (_run_import,),
    Approved.topic: (_carry_out,),
    CashierDismissed.topic: (_close_checkouts,),
    PointsExpire.topic: (_tell_of_expiry,),
    CustomerClaimed.topic: (_tell_of_claim,),
    PhoneAdded.topic: (_tell_of_phone,),
    PointsGiven.topic: (),
    PointsRedeemed.topic: (),  # notices to both phones come here
    RedemptionUndone.topic: (),
    RedemptionRefunded.topic: (),
}
