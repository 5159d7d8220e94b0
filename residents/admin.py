"""Staff's view of residents: found by customer number, phone or name; seen as far as the staff's own bank goes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from branches.access import DESK, scope_of
from branches.admin_base import ReadOnly, ScopedInline, actor_of, asked_once, row_action
from branches.form_admin import ask_page
from branches.models import Bank
from core.clock import moment_text, now
from core.errors import DomainError
from core.secrets import decrypt_text
from decisions.ask_admin import asks
from identity.models import User
from identity.phones import masked_phone
from identity.queries import phone_of
from points.queries import frozen_since
from residents.access import history_for, links_for, lots_for, residents_for, residents_found
from residents.forms import FreezeForm
from residents.models import BankLink, Resident
from residents.queries import customer_of
from residents.services import freeze_wallet, send_claim_code
from residents.services.adjusting import ADJUSTMENT
from residents.services.unfreezing import UNFREEZE

MOVES_SHOWN = 20


class BankLinkInline(ScopedInline):
    """The resident's links that the actor may see."""

    model = BankLink
    fields = readonly_fields = ("bank", "branch", "made_at", "claimed_at")
    ordering = ("pk",)

    @staticmethod
    def rows(*, actor: User) -> QuerySet[BankLink]:
        """With what a row names."""
        return links_for(actor=actor).select_related("bank", "branch", "resident")


@admin.register(Resident)
class ResidentAdmin(ReadOnly):
    """Residents. They come by a bank's file; what they hold is the ledger's."""

    rows = staticmethod(residents_for)
    list_display = ("name", "neighborhood", "claimed", "joined_at")
    list_select_related = ("neighborhood",)
    row_select_related = ("neighborhood", "user", "frozen_by")
    search_fields = ("name",)
    search_help_text = _("The full customer number, the full phone number, or part of the name")
    ordering = ("-joined_at", "-pk")
    inlines = (BankLinkInline,)
    actions_detail = ("adjust", "freeze", "unfreeze")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """Points and moves are those the actor may see; they are read for this request."""
        return ("name", "neighborhood", "phone", "joined_at", "successor", "wallet_id", "frozen", "frozen_by", "points", "moves")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it."""
        return self.get_fields(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Resident], search_term: str) -> tuple[QuerySet[Resident], bool]:
        """By the keyed hash of the number, within the actor's scope."""
        if not search_term.strip():
            return queryset, False
        found = residents_found(actor=actor_of(request), term=search_term.strip())
        return queryset.filter(pk__in=found.values("pk")), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Resident | None:
        """The resident, with what this actor may see of the wallet."""
        found: Resident | None = super().get_object(request, object_id, from_field)
        if found is not None:
            found.bank_names = dict(Bank.objects.values_list("issuer_id", "name"))  # type: ignore[attr-defined]
            actor = self.actor_seeing(request, found)
            found.seen_lots = lots_for(actor=actor, resident=found)  # type: ignore[attr-defined]  # for `points` below
            found.seen_moves = history_for(actor=actor, resident=found, limit=MOVES_SHOWN)  # type: ignore[attr-defined]
        return found

    def has_adjust_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may ask for an adjustment: the bank's own staff."""
        return self.may(request, DESK, object_id)

    adjust = asks(ADJUSTMENT, name="adjust", url_path="adjust", permission="adjust", title=_("Adjust points"))
    unfreeze = asks(UNFREEZE, name="unfreeze", url_path="unfreeze", permission="adjust")

    @action(description=_("Freeze the wallet"), url_path="freeze", permissions=["adjust"])  # type: ignore[untyped-decorator]
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop spending from the wallet, at once."""
        return ask_page(
            self,
            request,
            object_id,
            by=DESK,
            title=_("Freeze the wallet"),
            make_form=lambda data, _found: FreezeForm(data),
            ask=lambda actor, resident, _asked: freeze_wallet(actor=actor, resident=resident, at=now()),
            button=_("Freeze"),
            told=_("Frozen. Two people can lift it."),
        )

    @admin.display(description=_("frozen since"))
    @asked_once
    def frozen(self, obj: Resident) -> str | None:
        """Since when nothing is spent from the wallet."""
        since = frozen_since(obj.wallet_id)
        return moment_text(since) if since else None

    @admin.display(description=_("claimed"))
    def claimed(self, obj: Resident) -> str:
        """Whether the resident signs in."""
        return str(_("yes") if obj.user_id else _("not yet"))

    @admin.display(description=_("phone"))
    def phone(self, obj: Resident) -> str:
        """The tail of the phone number."""
        phone = phone_of(user=obj.user) if obj.user else None
        return masked_phone(phone) if phone else ""

    @admin.display(description=_("points"))
    def points(self, obj: Resident) -> SafeString | str:
        """The lots the actor may see."""
        names = obj.bank_names  # type: ignore[attr-defined]  # the form asks for a field more than once
        waits = _("waiting: the bank is suspended")
        rows = [(names[lot.issuer_id], lot.points, waits if lot.suspended else lot.expires_on) for lot in obj.seen_lots]  # type: ignore[attr-defined]
        return format_html_join("", "<div>{}: <b>{}</b> ({})</div>", rows) or "0"

    @admin.display(description=_("moves"))
    def moves(self, obj: Resident) -> SafeString | str:
        """The latest moves the actor may see."""
        rows = [(moment_text(move.effective_at), move.reason.label, move.points) for move in obj.seen_moves]  # type: ignore[attr-defined]
        return format_html_join("", "<div>{} {} {}</div>", rows) or "–"


@admin.register(BankLink)
class BankLinkAdmin(ReadOnly):
    """Residents as a bank knows them; here the branch issues claim codes."""

    rows = staticmethod(links_for)
    list_display = ("resident", "bank", "branch", "made_at", "claimed_at")
    list_select_related = ("resident", "bank", "branch")
    list_filter = (("claimed_at", admin.EmptyFieldListFilter),)
    search_fields = ("resident__name",)
    search_help_text = ResidentAdmin.search_help_text
    ordering = ("-made_at", "-pk")
    actions: ClassVar[list[Any]] = ["issue_codes"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The customer number only for the bank that gave it."""
        fields = ("resident", "bank", "branch", "phone", "made_at", "claimed_at")
        own = isinstance(obj, BankLink) and obj.bank_id in scope_of(user=self.actor_seeing(request, obj)).banks
        return (*fields[:2], "customer", *fields[2:]) if own else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it."""
        return self.get_fields(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[BankLink], search_term: str) -> tuple[QuerySet[BankLink], bool]:
        """As residents are searched."""
        if not search_term.strip():
            return queryset, False
        found = residents_found(actor=actor_of(request), term=search_term.strip())
        return queryset.filter(resident__in=found.values("pk")), False

    @row_action(by=DESK, description=_("Send a claim code to the phone in the bank's file"))
    def issue_codes(self, request: HttpRequest, chosen: QuerySet[BankLink]) -> None:
        """Send a code for each link chosen; nobody at the desk sees it."""
        for link in chosen.select_related("resident"):
            shown = {"name": link.resident.name or link.pk}
            try:
                shown["phone"] = send_claim_code(actor=actor_of(request), link=link, at=now())
            except DomainError as refusal:
                self.message_user(request, f"{shown['name']}: {refusal}", messages.ERROR)
                continue
            self.note_deed(request, link, _("Send a claim code to the phone in the bank's file"))
            self.message_user(request, _("%(name)s: the claim code was sent to %(phone)s.") % shown)

    @admin.display(description=_("customer number"))
    def customer(self, obj: BankLink) -> str:
        """The bank's own number of the resident."""
        return customer_of(link=obj)

    @admin.display(description=_("phone in the bank's file"))
    def phone(self, obj: BankLink) -> str:
        """The tail of the phone number, where claim codes go."""
        return masked_phone(decrypt_text(obj.phone_encrypted)) if obj.phone_encrypted else ""
