"""Staff's view of the files that banks hand in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from branches.access import (
    BANK_MANAGERS,
    BANK_STAFF,
)
from branches.admin_base import ScopedAdmin, ScopedInline, actor_of
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from core.encodings import ENCODINGS
from core.sheets import attachment
from imports.access import import_errors_for, imports_for
from imports.models import FileImport, FileImportError
from imports.pace import pace_of, pace_text
from imports.reports import report_csv, report_text
from imports.services import register_import


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
