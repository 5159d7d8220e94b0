"""Staff's view of earning: rules and their versions, events, what they gave and why."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from branches.access import BANK_MANAGERS, BANK_STAFF
from branches.admin_base import ReadOnly, ScopedAdmin, ScopedInline, actor_of, row_action
from core.clock import now
from core.money import major
from earning.access import awards_for, cancellations_for, conflicts_for, events_for, rule_versions_for, rules_for
from earning.choices import RuleKind
from earning.explanations import sentence
from earning.models import Award, Cancellation, Event, EventConflict, Rule, RuleVersion
from earning.queries import reason_of
from earning.services import activate_version, add_version, change_rule, change_version, make_rule
from earning.services.rules import VersionTerms
from identity.models import User

TERMS = tuple(field.name for field in fields_of(VersionTerms))


class VersionInline(ScopedInline):
    """A rule's versions."""

    model = RuleVersion
    rows = staticmethod(rule_versions_for)
    fields = readonly_fields = ("number", "kind", "points", "per_minor", "event_cap", "day_cap", "starts_on", "ends_on", "activated_at")
    ordering = ("-number",)


@admin.register(Rule)
class RuleAdmin(ScopedAdmin):
    """Rules; made by the bank's manager. Only its name in English and its last day can be set later."""

    rows = staticmethod(rules_for)
    added_by = changed_by = BANK_MANAGERS
    list_display = ("code", "name", "name_en", "event_type", "bank", "last_day")
    list_filter = ("event_type",)
    list_select_related = ("bank",)
    search_fields = ("code", "name", "name_en", "event_type")
    ordering = ("bank__code", "code")
    inlines = (VersionInline,)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """The last day once it is there."""
        named = ("bank", "code", ("name", "name_en"), "event_type")
        return (*named, "last_day", "made_by", "changed_by", "ended_by") if obj else named

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """What a rule is doesn't change; what it is called in English may."""
        return ("bank", "code", "name", "event_type", "made_by", "changed_by", "ended_by") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:  # noqa: ARG002
        """Versions of what is there."""
        return self.inlines if obj else ()

    def make(self, actor: User, data: dict[str, Any]) -> Rule:
        """Make the rule."""
        return make_rule(**data, actor=actor)

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Name it in English, and end it if a last day was given."""
        assert isinstance(obj, Rule), "this page is about rules"
        change_rule(actor=actor, rule=obj, name_en=data["name_en"], last_day=data["last_day"], at=now())


@admin.register(RuleVersion)
class RuleVersionAdmin(ScopedAdmin):
    """Versions of rules: drafted and put in force by the bank's manager; frozen once used."""

    rows = staticmethod(rule_versions_for)
    added_by = changed_by = BANK_MANAGERS
    list_display = ("rule", "number", "kind", "points", "starts_on", "ends_on", "activated_at", "first_used_at")
    list_select_related = ("rule",)
    search_fields = ("rule__code", "rule__name")
    ordering = ("rule__bank__code", "rule__code", "-number")
    actions = ("activate",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """Who and when once it is there."""
        return (
            ("rule", *TERMS, "number", "made_by", "made_at", "changed_by", "activated_at", "activated_by", "first_used_at")
            if obj
            else ("rule", *TERMS)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """Its rule and its history."""
        return ("rule", "number", "made_by", "made_at", "changed_by", "activated_at", "activated_by", "first_used_at") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody, once it was used."""
        used = isinstance(obj, RuleVersion) and obj.first_used_at is not None
        return not used and super().has_change_permission(request, obj)

    @row_action(by=BANK_MANAGERS, description=_("Put these versions in force"))
    def activate(self, request: HttpRequest, chosen: QuerySet[RuleVersion]) -> None:
        """Put the versions in force."""
        for version in chosen:
            activate_version(actor=actor_of(request), version=version, at=now())
            self.note_deed(request, version, _("Put these versions in force"))
        self.message_user(request, _("In force."))

    def make(self, actor: User, data: dict[str, Any]) -> RuleVersion:
        """Add the draft."""
        return add_version(actor=actor, rule=data["rule"], terms=_terms(data), at=now())

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Change the draft."""
        assert isinstance(obj, RuleVersion), "this page is about versions"
        change_version(actor=actor, version=obj, terms=_terms(data))


class AwardInline(ScopedInline):
    """What an event gave, and why."""

    model = Award
    rows = staticmethod(awards_for)
    fields = readonly_fields = ("version", "points", "why", "made_at")
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With all that the sentence needs."""
        return super().get_queryset(request).select_related("event", "version__rule")

    @admin.display(description=_("why"))
    def why(self, obj: Award) -> str:
        """The sentence."""
        return sentence(reason_of(obj))


class ConflictInline(ScopedInline):
    """Other contents the event's id was sent with."""

    model = EventConflict
    rows = staticmethod(conflicts_for)
    seen_by = BANK_STAFF
    fields = readonly_fields = ("type", "occurred_at", "amount_minor", "other_customer", "origin", "received_at")
    ordering = ("pk",)


class CancellationInline(ScopedInline):
    """What the bank cancelled of the event."""

    model = Cancellation
    rows = staticmethod(cancellations_for)
    fields = readonly_fields = ("cancellation_id", "amount_minor", "points", "cancelled_at", "received_at", "origin")
    ordering = ("received_at",)


@admin.register(Event)
class EventAdmin(ReadOnly):
    """Events, as the bank told them. No customer number: it isn't kept."""

    rows = staticmethod(events_for)
    list_display = ("event_id", "type", "bank", "amount", "occurred_at", "received_at", "status")
    list_filter = ("status", "type")
    list_select_related = ("bank",)
    search_fields = ("event_id__exact",)
    search_help_text = _("The full event id")
    ordering = ("-id",)
    inlines = (AwardInline, CancellationInline, ConflictInline)
    fields = readonly_fields = (
        "bank",
        "event_id",
        "type",
        "status",
        "amount",
        "other_facts",
        "occurred_at",
        "received_at",
        "source",
        "origin",
        "link",
        "wallet_id",
    )

    @admin.display(description=_("amount"))
    def amount(self, obj: Event) -> str:
        """In major units, with its currency."""
        return "" if obj.amount_minor is None else f"{major(obj.amount_minor)} {obj.currency}"

    @admin.display(description=_("other facts"))
    def other_facts(self, obj: Event) -> str:
        """What else the bank told, line by line."""
        return format_html_join("", "<div>{}: {}</div>", sorted((obj.facts or {}).items())) or "–"


@admin.register(Award)
class AwardAdmin(ReadOnly):
    """What rules gave for events, and why."""

    rows = staticmethod(awards_for)
    list_display = ("event", "version", "points", "capped_by", "why", "made_at")
    list_filter = ("capped_by",)
    list_select_related = ("event", "version__rule")
    search_fields = ("event__event_id__exact",)
    search_help_text = _("The full event id")
    ordering = ("-id",)
    fields = readonly_fields = (
        "event",
        "version",
        "transfer_id",
        "points",
        "counted",
        "capped_by",
        "day_left",
        "refusal",
        "why",
        "made_at",
    )

    @admin.display(description=_("why"))
    def why(self, obj: Award) -> str:
        """The sentence."""
        return sentence(reason_of(obj))


@admin.register(EventConflict)
class EventConflictAdmin(ReadOnly):
    """Event ids that were sent with two contents: for the bank to look into."""

    rows = staticmethod(conflicts_for)
    seen_by = BANK_STAFF
    list_display = ("event", "type", "amount_minor", "other_customer", "occurred_at", "received_at", "origin")
    list_select_related = ("event",)
    search_fields = ("event__event_id__exact",)
    ordering = ("-id",)
    fields = readonly_fields = ("event", "type", "occurred_at", "amount_minor", "other_customer", "origin", "received_at")


def _terms(data: dict[str, Any]) -> VersionTerms:
    values = {name: data[name] for name in TERMS}
    return VersionTerms(**{**values, "kind": RuleKind(values["kind"])})
