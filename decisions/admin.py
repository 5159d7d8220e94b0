"""Staff's view of requests for a second person: what waits for me, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from branches.access import MANAGERS
from branches.admin_base import ReadOnly, actor_of, row_action
from core.clock import now
from core.errors import DomainError
from decisions.access import approvals_for, approvals_waiting_for
from decisions.decision import declared
from decisions.models import Approval
from decisions.services import approve, decline


class WaitsForMe(admin.SimpleListFilter):
    """Requests that the actor may decide now."""

    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's
        """The only choice."""
        return [("mine", _("waits for me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        """The requests."""
        if self.value() != "mine":
            return queryset
        return queryset.filter(pk__in=approvals_waiting_for(actor=actor_of(request), at=now()).values("pk"))


class OfKind(admin.SimpleListFilter):
    """Requests of one kind."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's
        """The kinds there are."""
        return [(action, decision.label) for action, decision in declared().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:  # noqa: ARG002
        """The requests."""
        return queryset.filter(action=self.value()) if self.value() in declared() else queryset


@admin.register(Approval)
class ApprovalAdmin(ReadOnly):
    """Requests at the actor's places; approved or declined here by a second person."""

    rows = staticmethod(approvals_for)
    list_display = ("kind", "about", "asked_for", "reason", "bank", "maker", "asked_at", "state")
    list_filter = (WaitsForMe, "state", OfKind)
    list_select_related = ("bank", "maker")
    ordering = ("-asked_at", "-pk")
    actions: ClassVar[list[Any]] = ["approve_them", "decline_them"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """All there is to know before deciding, and how it ended."""
        asked = ("kind", "target", "asked_for", "reason", "bank", "branch", "maker", "asked_at", "expires_at")
        return (*asked, "state", "checker", "decided_at", "closed_at", "refusal")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it."""
        return self.get_fields(request, obj)

    @row_action(by=MANAGERS, description=_("Approve these requests"))
    def approve_them(self, request: HttpRequest, chosen: QuerySet[Approval]) -> None:
        """Allow each of them; what is allowed is carried out at once."""
        self._decide(request, chosen, approve, _("Approved."))

    @row_action(by=MANAGERS, description=_("Decline these requests"))
    def decline_them(self, request: HttpRequest, chosen: QuerySet[Approval]) -> None:
        """Refuse each of them."""
        self._decide(request, chosen, decline, _("Declined."))

    def _decide(self, request: HttpRequest, chosen: QuerySet[Approval], decide: Callable[..., Approval], told: Promise | str) -> None:
        for approval in chosen:
            try:
                decide(approval=approval, checker=actor_of(request), at=now())
            except DomainError as refusal:
                self.message_user(request, f"{approval}: {refusal}", messages.ERROR)
            else:
                self.note_deed(request, approval, told)
                self.message_user(request, f"{approval}: {told}")

    @admin.display(description=_("action"), ordering="action")
    def kind(self, obj: Approval) -> str:
        """What pages call the action."""
        return obj.action_label

    @admin.display(description=_("asked for"))
    def asked_for(self, obj: Approval) -> str:
        """The payload in words."""
        decision = declared()[obj.action]
        return ", ".join(f"{decision.label_of(key)}: {value}" for key, value in obj.payload.items()) or "–"

    @admin.display(description=_("about"))
    def target(self, obj: Approval) -> SafeString | str:
        """What it is about, with the way there."""
        try:
            address = reverse(f"admin:{obj.target_kind.replace('.', '_')}_change", args=[obj.target_id])
        except NoReverseMatch:
            return obj.about
        return format_html('<a href="{}">{}</a>', address, obj.about)
