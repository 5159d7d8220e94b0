"""Staff's view of requests for a second person: what waits for me, and what became of each; and the page on which one asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from branches.access import DECIDED_BY, approvals_for, approvals_waiting_for
from branches.choices import Asked, Role
from branches.models import Approval
from branches.services.approvals import approve, decline
from branches.shown_admin import KEY, SHOWN, once
from branches.staff_admin import ReadOnly, ScopedAdmin, actor_of, row_action
from core.clock import now
from core.errors import DomainError
from core.forms import LineField
from core.ids import uuid7
from core.limits import REASON_TEXT
from identity.models import User

DECIDERS: Final = frozenset[Role]().union(*DECIDED_BY.values())

ASK = _("Ask for it")
ASKED = _("Asked. Somebody else must approve it now.")


class AskForm(forms.Form):
    """What every request says: why."""

    reason = LineField(label=_("reason"), max_length=REASON_TEXT, widget=UnfoldAdminTextInputWidget())


def ask_page(
    page: ScopedAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    by: frozenset[Role],
    title: Promise | str,
    make_form: Callable[[Any, Any], forms.Form],
    ask: Callable[[User, Any, dict[str, Any]], object],
    button: Any = ASK,
    told: Any = ASKED,
) -> HttpResponse:
    """
    A form about one row of a page; what it asks for waits for a second person, and a refusal is told in the form.

    The actor needs one of the roles `by` at the row's place. `make_form` gets what was sent, if anything, and the row; `ask`
    gets the actor, the row and what the form holds.
    """
    found = page.get_object(request, object_id)
    if found is None or not page.may(request, by, found):
        raise Http404
    form = make_form(request.POST or None, found)

    def drawn(shown: str) -> HttpResponse:
        said = {"title": title, "subtitle": str(found), "button": button}
        context = {**page.admin_site.each_context(request), "opts": page.opts, "form": form, SHOWN: shown, KEY: uuid7(), **said}
        return TemplateResponse(request, "admin/ask.html", context)

    def refused(refusal: DomainError) -> HttpResponse:
        form.add_error(None, str(refusal))
        return drawn(page.shown_of(found))  # the page is drawn again, as it is now

    def act() -> HttpResponse:
        if not form.is_valid():
            return drawn(request.POST.get(SHOWN, ""))
        try:
            page.check_shown(request, found)
            ask(actor_of(request), found, form.cleaned_data)
        except DomainError as refusal:
            return refused(refusal)  # and not raised: what the refusal wrote is kept
        page.note_deed(request, found, title)
        messages.success(request, told)
        return HttpResponseRedirect(reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_change", args=[found.pk]))

    if request.method != "POST":
        return drawn(page.shown_of(found))
    try:
        return once(request, act)
    except DomainError as refusal:
        return refused(refusal)


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


@admin.register(Approval)
class ApprovalAdmin(ReadOnly):
    """Requests at the actor's places; approved or declined here by a second person."""

    rows = staticmethod(approvals_for)
    list_display = ("action", "about", "asked_for", "reason", "bank", "maker", "asked_at", "state")
    list_filter = (WaitsForMe, "state", "action")
    list_select_related = ("bank", "maker")
    ordering = ("-asked_at", "-pk")
    actions: ClassVar[list[Any]] = ["approve_them", "decline_them"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """All there is to know before deciding, and how it ended."""
        asked = ("action", "target", "asked_for", "reason", "bank", "branch", "maker", "asked_at", "expires_at")
        return (*asked, "state", "checker", "decided_at", "closed_at", "refusal")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it."""
        return self.get_fields(request, obj)

    @row_action(by=DECIDERS, description=_("Approve these requests"))
    def approve_them(self, request: HttpRequest, chosen: QuerySet[Approval]) -> None:
        """Allow each of them; what is allowed is carried out at once."""
        self._decide(request, chosen, approve, _("Approved."))

    @row_action(by=DECIDERS, description=_("Decline these requests"))
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

    @admin.display(description=_("asked for"))
    def asked_for(self, obj: Approval) -> str:
        """The payload in words."""
        return ", ".join(f"{Asked(name).label}: {value}" for name, value in obj.payload.items()) or "–"

    @admin.display(description=_("about"))
    def target(self, obj: Approval) -> SafeString | str:
        """What it is about, with the way there."""
        try:
            address = reverse(f"admin:{obj.target_kind.replace('.', '_')}_change", args=[obj.target_id])
        except NoReverseMatch:
            return obj.about
        return format_html('<a href="{}">{}</a>', address, obj.about)
