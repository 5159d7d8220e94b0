"""Every service that acts for a person is told who; one that acts for nobody says here why."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from tests.repo.sources import ROOT

# Who acts, by the name of the parameter and what it is.
ACTORS: Final = {
    "actor": ("User", "User | None"),  # None where the clock may do it too
    "maker": ("User",),  # of a request, which names both persons
    "checker": ("User",),
    "clerk": ("User",),
    "cashier": ("Cashier",),
    "giver": ("Resident",),
    "user": ("User",),
    "resident": ("Resident",),
}
# These two words also name whom something is done to; here they are the person who acts.
THEMSELVES: Final = {
    "identity.services.users.choose_language": "user",
    "residents.services.claiming.claim_link": "user",
    "identity.services.entries.note_signed_in": "user",
    "identity.services.entries.note_signed_out": "user",
    "identity.services.entries.note_password_changed": "user",
    "redemptions.services.devices.enroll_device": "resident",
    "redemptions.services.devices.trial_code": "resident",
    "redemptions.services.devices.codes_ahead": "resident",
}
READS: Final = "it writes nothing"
CLOCK: Final = "the clock asks for it"
NEWS: Final = "news asks for it: the deed it follows has its author"
PARTNER: Final = "a bank's system asks for it by its token; the row keeps the origin"
FILE: Final = "a bank's file asks for it; the import keeps who handed it in"
APPROVED: Final = "an approval asks for it, and names who asked and who decided"
STEP: Final = "a step of a service that knows who acts"
NOT_KNOWN_YET: Final = "who it is, is what it finds out"
NOBODY: Final = {
    "core.answers.services.take_key": STEP,
    "core.answers.services.keep_answer": STEP,
    "core.answers.services.forget_old_answers": CLOCK,
    "core.audit.services.record_security_event": "it is told the actor's id: users are unknown there",
    "core.audit.services.count_failure": "a stranger failed",
    "core.channels.services.send_text": STEP,
    "core.channels.services.inbox": READS,
    "core.counting.services.count": STEP,
    "core.counting.services.put_back": STEP,
    "core.counting.services.forget_old_counters": CLOCK,
    "core.counting.services.failures": READS,
    "core.outbox.services.publish": STEP,
    "core.outbox.services.deliver_due": CLOCK,
    "core.outbox.services.waiting_news": READS,
    "core.outbox.services.oldest_news": READS,
    "identity.services.sign_in_codes.send_code": NOT_KNOWN_YET,
    "identity.services.sign_in_codes.check_code": NOT_KNOWN_YET,
    "identity.services.sign_in_codes.forget_old_codes": CLOCK,
    "identity.services.entries.note_sign_in_failed": "a stranger failed",
    "identity.services.quotas.refusal_to_send": READS,
    "identity.services.quotas.refusal_to_check": READS,
    "identity.services.quotas.is_open_to_newcomers": READS,
    "identity.services.sessions.note_session": STEP,
    "identity.services.sessions.forget_ended_sessions": CLOCK,
    "identity.services.users.system_actor": "it makes the actor of those who have none",
    "identity.services.users.actor_named": READS,
    "identity.services.users.user_with_phone": "who signs in makes themselves; who appoints a cashier is kept with the cashier",
    "identity.services.users.mark_made_up": "the demo does it, of its own people",
    "decisions.services.fingerprint": READS,
    "issuing.services.exposure.exposure_cap_of": READS,
    "decisions.services.carry_out": APPROVED,
    "decisions.services.approval_words": READS,
    "issuing.services.exposure.room_for": STEP,
    "issuing.services.exposure.use_room": STEP,
    "imports.services.run_import": FILE,
    "imports.services.orphaned_imports": READS,
    "residents.services.expiring.notice_expiries": CLOCK,
    "residents.services.freezing.unfreeze_wallet": APPROVED,
    "residents.services.importing.import_residents": FILE,
    "residents.services.merging.merge_residents": STEP,
    "earning.services.awarding.freeze_deciding": STEP,
    "earning.services.awarding.award": STEP,
    "earning.services.awarding.reason_for": READS,
    "earning.services.cancelling.cancel_event": PARTNER,
    "earning.services.importing.import_events": FILE,
    "earning.services.merging.carry_day_uses": NEWS,
    "earning.services.recording.take_events": PARTNER,
    "earning.services.recording.record_events": PARTNER,
    "earning.services.recording.status_after": READS,
    "earning.services.rules.version_words": READS,
    "earning.services.waiting.post_waiting": NEWS,
    "earning.services.waiting.post_paused": NEWS,
    "earning.services.waiting.sweep_paused": CLOCK,
    "earning.services.waiting.sweep_waiting": CLOCK,
    "redemptions.services.checkouts.close_checkouts": NEWS,
    "redemptions.services.checkouts.forget_old_codes": CLOCK,
    "redemptions.services.tills.read_reason": READS,
    "settlements.services.close_yesterday": CLOCK,
    "openapi.services.forget_old_tokens": CLOCK,
}
BESIDE: Final = ("points.log.erasing",)  # deeds of a person that lie in no `services`


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of every package's services, by its full name."""
    folders = (path.parent.relative_to(ROOT) for pattern in ("*/apps.py", "*/*/apps.py") for path in ROOT.glob(pattern))
    names = [f"{'.'.join(folder.parts)}.services" for folder in folders]
    for name in [*(name for name in names if find_spec(name)), *BESIDE]:
        package = import_module(name)
        parts = pkgutil.iter_modules(getattr(package, "__path__", []))
        for module in (package, *(import_module(f"{name}.{part.name}") for part in parts)):
            for function in vars(module).values():
                if inspect.isfunction(function) and function.__module__ == module.__name__ and not function.__name__.startswith("_"):
                    yield f"{module.__name__}.{function.__name__}", function


def acting(name: str, function: Callable[..., Any]) -> list[str]:
    """The parameters that say who acts."""
    taken = inspect.signature(function).parameters
    named = [parameter for parameter in ACTORS if parameter in taken]
    return [
        parameter
        for parameter in named
        if taken[parameter].annotation in ACTORS[parameter]
        and taken[parameter].kind is inspect.Parameter.KEYWORD_ONLY
        and (parameter not in {"user", "resident"} or THEMSELVES.get(name) == parameter)
    ]


def test_every_service_that_acts_for_a_person_takes_who_acts() -> None:
    found = dict(services())

    assert len(found) > 80
    assert [name for name, function in found.items() if name not in NOBODY and not acting(name, function)] == []


def test_what_is_said_to_act_for_nobody_is_there_and_takes_nobody() -> None:
    found = dict(services())

    assert [name for name in (*NOBODY, *THEMSELVES) if name not in found] == []
    assert [name for name in NOBODY if acting(name, found[name])] == []
