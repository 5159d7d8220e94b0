"""Make rules, give them versions, put a version in force, name a rule in English and end it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import alliance_day
from core.errors import DomainError, ErrorKind
from core.limits import EVENT_AMOUNT_MINOR, POINTS_PER_COMMAND
from earning.choices import RuleKind
from earning.models import Rule, RuleVersion
from identity.models import User
from points.log.declarations import record_declaration

SEALED_FIELDS: Final = ("kind", "points", "per_minor", "event_cap", "day_cap", "delay_days", "starts_on", "ends_on")


class RuleCodeTaken(DomainError):
    """Another rule of the bank has the code."""

    code = "rule_code_taken"
    kind = ErrorKind.CONFLICT
    message = _("The bank has a rule with the code “%(code)s”. Choose another one.")


class RuleInvalid(DomainError):
    """A rule or version with values that don't go together."""

    code = "rule_invalid"
    kind = ErrorKind.INVALID
    message = _("The rule can't be made like this. %(why)s")


class RuleVersionFrozen(DomainError):
    """The version decided an event; it stays as it was."""

    code = "rule_version_frozen"
    kind = ErrorKind.CONFLICT
    message = _("This version has been used and stays as it is. Add a new version instead.")


class RuleNeedsCap(DomainError):
    """Without a cap per event, one event could give more points than the ledger takes at once."""

    code = "rule_needs_cap"
    kind = ErrorKind.INVALID
    message = _("A single event could give more than %(most)s points by this version. Set a cap per event.")


class RuleReachesBack(DomainError):
    """Days that have begun keep the version they began with."""

    code = "rule_reaches_back"
    kind = ErrorKind.CONFLICT
    message = _("A change begins tomorrow at the earliest: days that have begun keep the version they began with.")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTerms:
    """What a version gives: `points`, fixed or for each full `per_minor` of the amount, within caps, between two days."""

    kind: RuleKind
    points: int
    starts_on: date
    per_minor: int | None = None
    event_cap: int | None = None
    day_cap: int | None = None
    delay_days: int = 0
    ends_on: date | None = None


def make_rule(*, actor: User, bank: Bank, code: str, name: str, event_type: str, name_en: str = "") -> Rule:
    """
    Make a rule of a bank; it gives nothing until a version is active.

    :raises RuleCodeTaken: if the bank has a rule with the code.
    :raises RuleInvalid: if the code, name or event type can't be used.
    """
    rule = Rule(bank=bank, code=code, name=name, name_en=name_en, event_type=event_type, made_by=actor)
    _check_fields(rule)
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:
        raise RuleCodeTaken(code=code) from None
    return rule


def add_version(*, actor: User, rule: Rule, terms: VersionTerms, at: datetime) -> RuleVersion:
    """
    Add a draft of a version, with the next number.

    :raises RuleInvalid: if its values don't go together.
    :raises RuleNeedsCap: if one event could give too much.
    """
    with transaction.atomic():
        Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)
        last = RuleVersion.objects.filter(rule=rule).aggregate(last=Max("number"))["last"] or 0
        version = RuleVersion(rule=rule, number=last + 1, made_by=actor, made_at=at)
        _fill(version, terms)
        version.save(force_insert=True)
    return version


def change_version(*, actor: User, version: RuleVersion, terms: VersionTerms) -> RuleVersion:
    """
    Change a version that no event used yet; it becomes a draft again.

    :raises RuleVersionFrozen: if it has been used.
    :raises RuleInvalid: if its values don't go together.
    :raises RuleNeedsCap: if one event could give too much.
    """
    with transaction.atomic():
        locked = _locked(version)
        if locked.first_used_at is not None:
            raise RuleVersionFrozen
        _fill(locked, terms)
        locked.activated_at = locked.activated_by = None
        locked.changed_by = actor
        locked.save()
    return locked


def activate_version(*, actor: User, version: RuleVersion, at: datetime) -> RuleVersion:
    """
    Put a version in force. A rule's first one may begin in the past; activating a version again changes nothing.

    :raises RuleReachesBack: if it would change a day that has begun.
    """
    with transaction.atomic():
        Rule.objects.select_for_update(no_key=True).get(pk=version.rule_id)
        locked = _locked(version)
        if locked.activated_at is not None:
            return locked
        stands = RuleVersion.objects.filter(rule_id=locked.rule_id, activated_at__isnull=False).exists()
        if stands and locked.starts_on <= alliance_day(at):
            raise RuleReachesBack
        locked.activated_at, locked.activated_by = at, actor
        locked.save(update_fields=["activated_at", "activated_by"])
        _state(locked, at)
        record_security_event(SecurityEventKind.RULE_ACTIVATED, at=at, actor_id=actor.pk, about=locked)
    return locked


def _state(version: RuleVersion, at: datetime) -> None:
    """Have the version sealed as it is put in force, so that it can't be said later to have been another."""
    issuer = version.rule.bank.issuer_id
    record_declaration(
        issuer=issuer, kind="rule", subject=f"{version.rule.code}/{version.number} {at.isoformat()}", body=version_words(version), at=at
    )


def version_words(version: RuleVersion) -> str:
    """What a version gives, word for word as it is sealed: JSON with its fields in a fixed order."""
    given = {"rule": version.rule.code, "event_type": version.rule.event_type, "version": version.number}
    return json.dumps({**given, **{name: getattr(version, name) for name in SEALED_FIELDS}}, default=str)


def change_rule(*, actor: User, rule: Rule, name_en: str, last_day: date | None, at: datetime) -> Rule:
    """
    Give a rule another name in English, or none; let it give nothing for events after `last_day`, if there is one.

    :raises RuleReachesBack: if that day is another than the rule's so far, and over.
    """
    with transaction.atomic():
        locked = Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)
        if last_day is not None and last_day != locked.last_day:
            if last_day < alliance_day(at):
                raise RuleReachesBack
            locked.last_day, locked.ended_by = last_day, actor
        locked.name_en, locked.changed_by = name_en, actor
        locked.save(update_fields=["last_day", "ended_by", "name_en", "changed_by"])
    return locked


def _locked(version: RuleVersion) -> RuleVersion:
    return RuleVersion.objects.select_for_update(of=("self",)).select_related("rule").get(pk=version.pk)


def _fill(version: RuleVersion, terms: VersionTerms) -> None:
    version.kind, version.points, version.per_minor = terms.kind, terms.points, terms.per_minor
    version.event_cap, version.day_cap, version.delay_days = terms.event_cap, terms.day_cap, terms.delay_days
    version.starts_on, version.ends_on = terms.starts_on, terms.ends_on
    _check_fields(version)
    if version.event_cap is None and _most(version) > POINTS_PER_COMMAND:
        raise RuleNeedsCap(most=POINTS_PER_COMMAND)


def _check_fields(row: Rule | RuleVersion) -> None:
    """The model's own validators and constraints, their first complaint as one of ours."""
    try:
        row.full_clean(validate_unique=False, exclude=["number"])
    except ValidationError as error:
        field, complaints = next(iter(error.message_dict.items()))
        if field == "__all__" and isinstance(row, Rule):
            raise RuleCodeTaken(code=row.code) from None
        raise RuleInvalid(field=field, why=complaints[0]) from None


def _most(version: RuleVersion) -> int:
    if version.per_minor is None:
        return version.points
    return EVENT_AMOUNT_MINOR // version.per_minor * version.points
