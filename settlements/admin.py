"""Staff's view of closed days: read-only, of their banks, every cent explained, each list as CSV."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from branches.access import ALL_STAFF, BANK_STAFF
from branches.admin_base import ReadOnly, ScopedInline, actor_of, asked_once, row_action
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import moment_text, now
from core.errors import NotFound
from core.limits import PAGE_SIZE
from core.money import major
from core.sheets import attachment
from redemptions.receipts import receipt_number
from settlements import access
from settlements.citing import citation_of
from settlements.models import (
    BusinessDay,
    IssuerLine,
    IssuerStatement,
    MerchantLine,
    MerchantLinePart,
    MerchantStatement,
    NetPayment,
    NetPosition,
)
from settlements.sheets import SHEETS

SHEET_NAMES = {
    "merchants": _("merchant statements"),
    "merchant_lines": _("merchant statement lines"),
    "issuers": _("issuer statements"),
    "issuer_lines": _("issuer statement lines"),
    "positions": _("net positions"),
    "netting": _("net payments"),
}


def money(field: str, title: Any) -> Any:
    """A column with an amount of minor units as people write it."""

    @admin.display(description=title, ordering=field)
    def shown(_self: object, row: Model) -> str:
        return major(getattr(row, field))

    return shown


def sheet_file(request: HttpRequest, name: str, rows: QuerySet[Any], *, called: str) -> StreamingHttpResponse:
    """A sheet of these rows, to be kept as a file; who took it is kept."""
    record_security_event(SecurityEventKind.EXPORT_DOWNLOADED, at=now(), actor_id=actor_of(request).pk, details={"file": called})
    headers = {"Content-Disposition": attachment(f"{called}.csv")}
    return StreamingHttpResponse(SHEETS[name].lines(rows=rows), content_type="text/csv; charset=utf-8", headers=headers)


def page_of(name: str, key: object, text: str) -> str:
    """A link to a row's own page, where the site has one."""
    try:
        return link_to(reverse(f"admin:{name}_change", args=[key]), text)
    except NoReverseMatch:
        return text


def link_to(address: str, text: str) -> str:
    """A link as Unfold colors it, a shade lighter in the dark, where its own is too faint."""
    return format_html('<a class="text-primary-600 dark:text-primary-400" href="{}">{}</a>', address, text)


def sealed_log_of(day: BusinessDay) -> str:
    """How many witnesses stand behind a day's place in the sealed log, with the way to the signed text."""
    citation = citation_of(day=day)
    if citation.size is None:
        return str(citation)
    return format_html("{} {}", citation, link_to(reverse("openapi:checkpoint-of-size", args=[citation.size]), gettext("What was signed")))


class StatementOfDay:
    """What the pages of both kinds of statements share."""

    @admin.display(description=_("sealed log"))
    @asked_once
    def sealed_log(self, row: MerchantStatement | IssuerStatement) -> str:
        """Which signed and witnessed state of the log proves the statement's day."""
        return sealed_log_of(row.day)


class PositionInline(ScopedInline):
    """Where banks stand after the day."""

    model = NetPosition
    rows = staticmethod(access.positions_for)
    seen_by = BANK_STAFF
    fields = readonly_fields = ("bank", "owed", "owes", "net", "fee")
    ordering = ("bank__code",)
    show_change_link = False
    hide_title = True
    owed = money("owed_minor", _("owed to it by other banks"))
    owes = money("owes_minor", _("owed by it to other banks"))
    net = money("net_minor", _("net"))
    fee = money("fee_minor", _("fee to the alliance"))


class PaymentInline(ScopedInline):
    """What banks pay one another for the day."""

    model = NetPayment
    fk_name = "day"
    rows = staticmethod(access.payments_for)
    seen_by = BANK_STAFF
    fields = readonly_fields = ("payer", "payee", "amount")
    ordering = ("payer__code", "payee__code")
    show_change_link = False
    hide_title = True
    amount = money("amount_minor", _("amount"))


@admin.register(BusinessDay)
class BusinessDayAdmin(ReadOnly):
    """Closed days, with all of their sheets."""

    rows = staticmethod(access.business_days_for)
    seen_by = ALL_STAFF
    list_display = ("day", "numbers", "closed_at", "closed_by")
    ordering = ("-day",)
    date_hierarchy = "day"
    fields = ("day", "numbers", "closed_at", "closed_by", "person", "sealed_log", "sheets")
    inlines = (PositionInline, PaymentInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """All of them."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """Each sheet of a day as a file."""
        view = self.admin_site.admin_view(self.sheet)
        return [path("<str:day>/<slug:name>.csv", view, name="settlements_businessday_sheet"), *super().get_urls()]

    def sheet(self, request: HttpRequest, day: str, name: str) -> StreamingHttpResponse:
        """What the actor may see of the day, for a spreadsheet."""
        if not self.has_view_permission(request) or name not in SHEETS:
            raise Http404
        try:
            closed = access.business_day_for(actor=actor_of(request), day=date.fromisoformat(day))
        except (NotFound, ValueError):
            raise Http404 from None
        rows = SHEETS[name].seen_of_day(actor=actor_of(request), day=closed.day)
        return sheet_file(request, name, rows, called=f"{name}-{closed.day}")

    @admin.display(description=_("numbers"))
    def numbers(self, row: BusinessDay) -> str:
        """Which sealed numbers the day holds."""
        if row.number_after == row.number_upto:
            return gettext("none")
        return f"{row.number_after + 1} – {row.number_upto}"

    @admin.display(description=_("sealed log"))
    @asked_once
    def sealed_log(self, row: BusinessDay) -> str:
        """Which signed and witnessed state of the log proves the day."""
        return sealed_log_of(row)

    @admin.display(description=_("CSV files"))
    def sheets(self, row: BusinessDay) -> str:
        """Links to the day's files."""
        addresses = ((reverse("admin:settlements_businessday_sheet", args=[row.pk, name]), title) for name, title in SHEET_NAMES.items())
        return format_html_join(" · ", "{}", ((link_to(address, str(title)),) for address, title in addresses))


class LineFields:
    """What the page of a line and the table of a statement's lines share."""

    amount = money("amount_minor", _("amount"))

    @admin.display(description=_("receipt"))
    def receipt(self, row: MerchantLine) -> str:
        """The receipt the resident and the till have of it."""
        if row.redemption_id is None:
            return "–"
        return page_of("redemptions_redemption", row.redemption_id, receipt_number(row.redemption_id))

    @admin.display(description=_("made of"))
    def made_of(self, row: MerchantLine) -> str:
        """Each issuer's part, adding up to the line."""
        parts = [f"{part.issuer.name} {major(part.amount_minor)}" for part in row.parts.all()]
        return parts[0] if len(parts) == 1 else f"{' + '.join(parts)} = {major(row.amount_minor)}"


class LineInline(LineFields, ScopedInline):
    """A statement's lines, page by page."""

    model = MerchantLine
    fields = readonly_fields = ("line", "receipt", "reason", "points", "amount", "made_of", "effective_at")
    ordering = ("number",)
    per_page = PAGE_SIZE
    show_change_link = False
    hide_title = True

    @staticmethod
    def rows(*, actor: Any) -> QuerySet[MerchantLine]:
        """The actor's lines, with what their columns show."""
        return access.merchant_lines_for(actor=actor).prefetch_related("parts__issuer")

    @admin.display(description=_("number"))
    def line(self, row: MerchantLine) -> str:
        """The line's number, which leads to its page."""
        return page_of("settlements_merchantline", row.pk, str(row.pk))


@admin.register(MerchantStatement)
class MerchantStatementAdmin(StatementOfDay, ReadOnly):
    """What each merchant is paid for a day."""

    rows = staticmethod(access.merchant_statements_for)
    list_display = ("day", "merchant", "acquirer", "points", "amount", "carried_in", "payable", "carried_out")
    list_select_related = ("day", "merchant", "acquirer")
    list_display_links = ("day", "merchant")
    search_fields = ("merchant__name",)
    ordering = ("-day", "merchant__name")
    date_hierarchy = "day__day"
    fields = (
        "day",
        "merchant",
        "acquirer",
        "explanation",
        "points",
        "amount",
        "carried_in",
        "payable",
        "carried_out",
        "sealed_log",
        "lines_csv",
    )
    inlines = (LineInline,)
    actions: ClassVar = ["download"]
    amount = money("amount_minor", _("amount"))
    carried_in = money("carried_in_minor", _("brought forward"))
    payable = money("payable_minor", _("to be paid"))
    carried_out = money("carried_out_minor", _("carried forward"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of them."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """A statement's lines as a file."""
        view = self.admin_site.admin_view(self.lines)
        return [path("<uuid:statement_id>/lines.csv", view, name="settlements_merchantstatement_lines"), *super().get_urls()]

    def lines(self, request: HttpRequest, statement_id: UUID) -> StreamingHttpResponse:
        """Every line of one statement, for a spreadsheet."""
        statement = self.get_queryset(request).filter(pk=statement_id).first()
        if statement is None or not self.has_view_permission(request):
            raise Http404
        rows = MerchantLinePart.objects.filter(line__statement=statement)
        return sheet_file(request, "merchant_lines", rows, called=f"lines-{statement.day_id}-{statement.pk}")

    @row_action(by=ALL_STAFF, description=_("Download as CSV"))
    def download(self, request: HttpRequest, chosen: QuerySet[MerchantStatement]) -> StreamingHttpResponse:
        """The statements chosen."""
        return sheet_file(request, "merchants", chosen, called="merchants")

    @admin.display(description=_("in one sentence"))
    def explanation(self, row: MerchantStatement) -> str:
        """How the amount to be paid came about."""
        facts = {
            "points": row.points,
            "amount": major(row.amount_minor),
            "carried": major(row.carried_in_minor),
            "payable": major(row.payable_minor),
            "left": major(row.carried_out_minor),
            "bank": row.acquirer.name,
        }
        if row.carried_out_minor:
            said = ngettext(
                "%(points)s point is %(amount)s yuan, with %(carried)s yuan from earlier days: %(left)s yuan go to the next statement.",
                "%(points)s points are %(amount)s yuan, with %(carried)s yuan from earlier days: %(left)s yuan go to the next statement.",
                row.points,
            )
        elif row.carried_in_minor:
            said = ngettext(
                "%(points)s point is %(amount)s yuan, with %(carried)s yuan from earlier days: %(bank)s pays %(payable)s yuan.",
                "%(points)s points are %(amount)s yuan, with %(carried)s yuan from earlier days: %(bank)s pays %(payable)s yuan.",
                row.points,
            )
        else:
            said = ngettext(
                "%(points)s point is %(amount)s yuan: %(bank)s pays %(payable)s yuan.",
                "%(points)s points are %(amount)s yuan: %(bank)s pays %(payable)s yuan.",
                row.points,
            )
        return said % facts

    @admin.display(description=_("lines"))
    def lines_csv(self, row: MerchantStatement) -> str:
        """Where to get all lines at once."""
        return link_to(reverse("admin:settlements_merchantstatement_lines", args=[row.pk]), "CSV")


class PartInline(ScopedInline):
    """Which banks' points a line is made of."""

    model = MerchantLinePart
    rows = staticmethod(access.line_parts_for)
    fields = readonly_fields = ("issuer", "points", "amount")
    ordering = ("issuer__code",)
    show_change_link = False
    hide_title = True
    amount = money("amount_minor", _("amount"))


@admin.register(MerchantLine)
class MerchantLineAdmin(LineFields, ReadOnly):
    """One line explained: which receipt, which transfer, when, whose points."""

    list_display = ("number", "merchant", "receipt", "reason", "points", "amount", "made_of", "effective_at")
    list_select_related = ("statement__merchant",)
    search_fields = ("=number", "=transfer_id")
    search_help_text = _("A line's number or its transfer's id")
    ordering = ("-number",)
    fields = ("explanation", "number", "transfer", "receipt", "statement", "reason", "points", "amount", "effective_at", "recorded_at")
    inlines = (PartInline,)

    @staticmethod
    def rows(*, actor: Any) -> QuerySet[MerchantLine]:
        """The actor's lines, with what their columns show."""
        return access.merchant_lines_for(actor=actor).prefetch_related("parts__issuer")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of them."""
        return self.fields

    @admin.display(description=_("merchant"), ordering="statement__merchant__name")
    def merchant(self, row: MerchantLine) -> str:
        """Where it happened."""
        return row.statement.merchant.name

    @admin.display(description=_("transfer"))
    def transfer(self, row: MerchantLine) -> str:
        """The fact in the ledger."""
        return page_of("points_transfer", row.number, str(row.transfer_id))

    @admin.display(description=_("in one sentence"))
    def explanation(self, row: MerchantLine) -> str:
        """The line as one would tell it."""
        facts = {
            "points": abs(row.points),
            "merchant": row.statement.merchant.name,
            "moment": moment_text(row.effective_at),
            "parts": self.made_of(row),
        }
        if row.points < 0:
            said = ngettext(
                "%(points)s point of %(merchant)s was given back on %(moment)s: %(parts)s",
                "%(points)s points of %(merchant)s were given back on %(moment)s: %(parts)s",
                abs(row.points),
            )
        else:
            said = ngettext(
                "%(points)s point was spent at %(merchant)s on %(moment)s: %(parts)s",
                "%(points)s points were spent at %(merchant)s on %(moment)s: %(parts)s",
                abs(row.points),
            )
        return said % facts


class IssuerLineInline(ScopedInline):
    """What a bank owes at each merchant."""

    model = IssuerLine
    rows = staticmethod(access.issuer_lines_for)
    seen_by = BANK_STAFF
    fields = readonly_fields = ("merchant", "acquirer", "points", "amount")
    ordering = ("merchant__name", "pk")
    show_change_link = False
    hide_title = True
    per_page = PAGE_SIZE
    amount = money("amount_minor", _("amount"))


@admin.register(IssuerStatement)
class IssuerStatementAdmin(StatementOfDay, ReadOnly):
    """What each bank owes for its points of a day."""

    rows = staticmethod(access.issuer_statements_for)
    seen_by = BANK_STAFF
    list_display = ("day", "bank", "points", "amount", "own", "away", "fee")
    list_select_related = ("day", "bank")
    list_display_links = ("day", "bank")
    ordering = ("-day", "bank__code")
    date_hierarchy = "day__day"
    fields = ("day", "bank", "points", "amount", "own", "away", "fee_bps", "fee", "sealed_log")
    inlines = (IssuerLineInline,)
    actions: ClassVar = ["download"]
    amount = money("amount_minor", _("amount"))
    own = money("own_minor", _("at its own merchants"))
    away = money("away_minor", _("at other banks' merchants"))
    fee = money("fee_minor", _("fee to the alliance"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of them."""
        return self.fields

    @row_action(by=BANK_STAFF, description=_("Download as CSV"))
    def download(self, request: HttpRequest, chosen: QuerySet[IssuerStatement]) -> StreamingHttpResponse:
        """The statements chosen."""
        return sheet_file(request, "issuers", chosen, called="issuers")


@admin.register(NetPayment)
class NetPaymentAdmin(ReadOnly):
    """What banks pay one another."""

    rows = staticmethod(access.payments_for)
    seen_by = BANK_STAFF
    list_display = ("day", "payer", "payee", "amount")
    list_select_related = ("day", "payer", "payee")
    ordering = ("-day", "payer__code", "payee__code")
    date_hierarchy = "day__day"
    fields = ("day", "payer", "payee", "amount")
    actions: ClassVar = ["download"]
    amount = money("amount_minor", _("amount"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of them."""
        return self.fields

    @row_action(by=BANK_STAFF, description=_("Download as CSV"))
    def download(self, request: HttpRequest, chosen: QuerySet[NetPayment]) -> StreamingHttpResponse:
        """The payments chosen."""
        return sheet_file(request, "netting", chosen, called="netting")
