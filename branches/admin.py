"""Staff's view of the alliance: banks, branches, neighborhoods, staff, and the files banks hand in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from branches.access import (
    BANK_MANAGERS,
    OPERATORS,
    acting_as,
    alliances_for,
    banks_for,
    branches_for,
    grants_of,
    import_errors_for,
    imports_for,
    neighborhoods_for,
    staff_for,
    staff_roles_for,
)
from branches.approvals_admin import ApprovalAdmin
from branches.bank_admin import AskingOfBanks
from branches.choices import Role
from branches.models import Alliance, Bank, Branch, FileImport, FileImportError, Neighborhood, StaffRole
from branches.pace import pace_of, pace_text
from branches.reports import report_csv, report_text
from branches.services import admit_bank, end_role, grant_role, name_neighborhood_in_english, open_branch, open_neighborhood
from branches.services.imports import register_import
from branches.staff_admin import (
    ALL_STAFF,
    ALLIANCE_STAFF,
    BANK_STAFF,
    DESK,
    MANAGERS,
    NOBODY,
    ReadOnly,
    ScopedAdmin,
    ScopedInline,
    actor_of,
    row_action,
)
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import alliance_day, now
from core.encodings import ENCODINGS
from core.errors import NotFound
from core.forms import WholeNumberField
from core.limits import TERMS_GRACE_DAYS, TERMS_MONTHS
from core.sheets import attachment
from identity.models import User
from identity.services import make_staff

__all__ = [
    "ALLIANCE_STAFF",
    "ALL_STAFF",
    "BANK_MANAGERS",
    "BANK_STAFF",
    "DESK",
    "MANAGERS",
    "NOBODY",
    "ApprovalAdmin",
    "ReadOnly",
    "ScopedAdmin",
    "ScopedInline",
    "actor_of",
    "row_action",
]

GRANTED_BY_A_BANK = frozenset({Role.BRANCH_MANAGER, Role.CLERK})


@admin.register(Alliance)
class AllianceAdmin(ReadOnly):
    """The alliance and its fee."""

    rows = staticmethod(alliances_for)
    list_display = ("name", "fee_bps", "currency")
    ordering = ("pk",)


class BankForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A bank with its first terms."""

    months = WholeNumberField(
        label=_("Points expire after this many months"),
        min_value=1,
        max_value=TERMS_MONTHS,
        initial=12,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    grace_days = WholeNumberField(
        label=_("Days of grace for points given back"),
        min_value=0,
        max_value=TERMS_GRACE_DAYS,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    class Meta:
        model = Bank
        fields = ("alliance", "code", "name")


@admin.register(Bank)
class BankAdmin(AskingOfBanks):
    """Banks; admitted by the operator."""

    rows = staticmethod(banks_for)
    added_by = OPERATORS
    list_display = ("name", "code", "alliance")
    search_fields = ("name", "code")
    ordering = ("code",)
    readonly_fields = ("issuer_id", "terms", "customer_numbers", "exposure", "suspended")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Ask for the first terms when a bank is admitted."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=BankForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """The bank, and its first terms while it is admitted."""
        named = ("alliance", "code", "name")
        return (*named, "issuer_id", "terms", "customer_numbers", "exposure", "suspended") if obj else (*named, "months", "grace_days")

    def make(self, actor: User, data: dict[str, Any]) -> Bank:
        """Admit the bank."""
        at = now()
        return admit_bank(**data, actor=actor, starts_on=alliance_day(at), at=at)


@admin.register(Branch)
class BranchAdmin(ScopedAdmin):
    """Branches; opened by the operator or the bank's manager."""

    rows = staticmethod(branches_for)
    added_by = BANK_MANAGERS
    list_display = ("name", "code", "bank")
    list_select_related = ("bank",)
    search_fields = ("name", "code")
    ordering = ("bank__code", "code")

    def make(self, actor: User, data: dict[str, Any]) -> Branch:
        """Open the branch."""
        return open_branch(**data, actor=actor)


@admin.register(Neighborhood)
class NeighborhoodAdmin(ScopedAdmin):
    """Neighborhoods a branch serves. Only the name in English may be changed later."""

    rows = staticmethod(neighborhoods_for)
    added_by = changed_by = MANAGERS
    list_display = ("name", "name_en", "code", "branch")
    list_select_related = ("branch",)
    search_fields = ("name", "name_en", "code")
    ordering = ("branch__code", "code")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """Who opened and changed it once it is there."""
        named = ("branch", "code", ("name", "name_en"))
        return (*named, "opened_by", "changed_by") if obj else named

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All but the name in English once it is there."""
        return ("branch", "code", "name", "opened_by", "changed_by") if obj else ()

    def make(self, actor: User, data: dict[str, Any]) -> Neighborhood:
        """Open the neighborhood."""
        return open_neighborhood(**data, actor=actor)

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Name it in English."""
        assert isinstance(obj, Neighborhood), "this page is about neighborhoods"
        name_neighborhood_in_english(actor=actor, neighborhood=obj, name_en=data["name_en"])


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A member of staff who signs in by name and password."""

    password = forms.CharField(label=_("Password"), widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}))

    class Meta:
        model = User
        fields = ("username", "name", "language")


@admin.register(User)
class StaffAdmin(ScopedAdmin):
    """Staff; new ones are made by the operator. Residents and cashiers are not listed here."""

    rows = staticmethod(staff_for)
    seen_by = BANK_STAFF
    added_by = OPERATORS
    list_display = ("username", "name", "is_active", "last_login")
    search_fields = ("username", "name")
    ordering = ("username",)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Ask for a password when a member of staff is made."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=StaffForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """Nothing secret of those who are there."""
        shown = ("username", "name", "language")
        return (*shown, "is_active", "last_login", "joined_at") if obj else (*shown, "password")

    def make(self, actor: User, data: dict[str, Any]) -> User:
        """Make the user."""
        return make_staff(**data, actor=actor, at=now())


@admin.register(StaffRole)
class StaffRoleAdmin(ScopedAdmin):
    """Who works where; granted by the operator, and for its own branches by a bank's manager."""

    rows = staticmethod(staff_roles_for)
    seen_by = BANK_STAFF
    added_by = BANK_MANAGERS
    list_display = ("user", "role", "bank", "branch", "granted_at", "ended_at")
    list_filter = ("role",)
    list_select_related = ("user", "bank", "branch")
    search_fields = ("user__username", "user__name")
    ordering = ("-granted_at",)
    actions = ("end_roles",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """The dates once it is granted."""
        named = ("user", "role", "bank", "branch")
        return (*named, "granted_at", "granted_by", "ended_at", "ended_by") if obj else named

    def make(self, actor: User, data: dict[str, Any]) -> StaffRole:
        """Grant the role, as far as the actor may."""
        _check_may_grant(actor, Role(data["role"]))
        return grant_role(actor=actor, user=data["user"], role=Role(data["role"]), bank=data["bank"], branch=data["branch"], at=now())

    @row_action(by=BANK_MANAGERS, description=_("End these roles"))
    def end_roles(self, request: HttpRequest, chosen: QuerySet[StaffRole]) -> None:
        """End the roles; their users are signed out at once."""
        for role in chosen:
            _check_may_grant(actor_of(request), Role(role.role))
        for role in chosen:
            end_role(actor=actor_of(request), role=role, at=now())
            self.note_deed(request, role, _("End these roles"))
        self.message_user(request, _("Ended."))


def _check_may_grant(actor: User, role: Role) -> None:
    """A bank's manager names branch staff; everyone else is named by the operator."""
    if role not in GRANTED_BY_A_BANK and not grants_of(user=acting_as(actor=actor, roles=OPERATORS)):
        raise NotFound


class UploadForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A file to take in; what is wrong with it as a whole is said at once."""

    encoding = forms.ChoiceField(
        label=_("encoding"),
        required=False,
        choices=[("", _("detect")), *((name, name.upper()) for name in ENCODINGS)],
        widget=UnfoldAdminSelectWidget(),
    )

    class Meta:
        model = FileImport
        fields = ("bank", "kind", "file", "encoding")


class RowErrorInline(ScopedInline):
    """The first row errors; all that are kept come as CSV."""

    model = FileImportError
    rows = staticmethod(import_errors_for)
    seen_by = BANK_STAFF
    fields = readonly_fields = ("line", "code", "message")
    ordering = ("line",)
    show_change_link = False
    per_page = 20


@admin.register(FileImport)
class FileImportAdmin(ScopedAdmin):
    """Files banks hand in: uploaded here, taken in by a worker, reported here."""

    rows = staticmethod(imports_for)
    seen_by = BANK_STAFF
    added_by = BANK_MANAGERS
    list_display = ("name", "kind", "bank", "state", "done", "rows_done", "made_at")
    list_filter = ("kind", "state")
    list_select_related = ("bank",)
    ordering = ("-made_at",)
    inlines = (RowErrorInline,)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The upload."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=UploadForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """The report."""
        seen = ("name", "kind", "bank", "state", "done", "report", "row_errors", "made_by", "made_at", "finished_at", "sha256")
        return seen if obj else ("bank", "kind", "file", "encoding")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of the report."""
        return self.get_fields(request, obj) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:  # noqa: ARG002
        """Row errors of what was uploaded."""
        return self.inlines if obj else ()

    def get_urls(self) -> list[URLPattern]:
        """The row errors as a file."""
        view = self.admin_site.admin_view(self.row_errors_csv)
        return [path("<uuid:import_id>/errors.csv", view, name="branches_fileimport_errors"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        """Keep the file and let a worker hear of it."""
        assert not change, "an import is never changed by hand"
        data = form.cleaned_data
        kept = register_import(
            actor=actor_of(request),
            bank=data["bank"],
            kind=data["kind"],
            file=data["file"],
            name=data["file"].name,
            encoding=data["encoding"],
            at=now(),
            background=True,
        )
        obj.pk = kept.pk

    def row_errors_csv(self, request: HttpRequest, import_id: UUID) -> HttpResponse | StreamingHttpResponse:
        """The row errors that are kept, for a spreadsheet."""
        found = self.get_queryset(request).filter(pk=import_id).first()
        if found is None:
            raise Http404
        record_security_event(SecurityEventKind.EXPORT_DOWNLOADED, at=now(), actor_id=actor_of(request).pk, about=found)
        headers = {"Content-Disposition": attachment(f"{found.pk}-errors.csv")}
        return StreamingHttpResponse(report_csv(file_import=found), content_type="text/csv; charset=utf-8", headers=headers)

    @admin.display(description=_("done"))
    def done(self, obj: FileImport) -> str:
        """How much of the file, how fast, and how long it will still take."""
        pace = pace_of(file_import=obj)
        return format_html('<progress max="100" value="{}"></progress> {}', pace.percent, pace_text(pace))

    @admin.display(description=_("report"))
    def report(self, obj: FileImport) -> str:
        """The report as text."""
        return format_html("<pre>{}</pre>", report_text(file_import=obj))

    @admin.display(description=_("row errors"))
    def row_errors(self, obj: FileImport) -> str:
        """Where to get them."""
        return format_html('<a href="{}">CSV</a>', reverse("admin:branches_fileimport_errors", args=[obj.pk]))
