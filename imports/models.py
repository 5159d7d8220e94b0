"""The files that banks hand in, and how far each has been taken in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.ids import uuid7
from imports.choices import EncodingWhy, ImportKind, ImportState


def private_storage() -> FileSystemStorage:
    """Where files of banks lie: a folder that no web server serves."""
    return FileSystemStorage(location=settings.PRIVATE_ROOT, base_url=None, file_permissions_mode=0o600, directory_permissions_mode=0o700)


def import_path(file_import: FileImport, _name: str) -> str:
    """A random name: nothing of the uploaded name reaches the disk."""
    return f"imports/{file_import.pk}"


class FileImport(models.Model):
    """One file a bank handed in, and how far it has been taken in. `bytes_done` is where a restart goes on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="imports", verbose_name=_("bank"))
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    file = models.FileField(_("file"), storage=private_storage, upload_to=import_path, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=16, blank=True, default="")
    encoding_why = models.CharField(
        _("why this encoding"), max_length=8, choices=EncodingWhy, blank=True, default="", db_default="", editable=False
    )
    size_bytes = models.BigIntegerField(_("size in bytes"))
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    rows_total = models.PositiveIntegerField(_("rows in all"), null=True, blank=True)
    bytes_done = models.BigIntegerField(_("bytes done"), default=0)
    counts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("counts"), default=dict)
    ignored: models.JSONField[list[str], list[str]] = models.JSONField(_("columns not read"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=ImportState, default=ImportState.QUEUED)
    problem = models.CharField(_("problem"), max_length=500, blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="imports",
        null=True,
        blank=True,
        verbose_name=_("submitted by"),
    )
    made_at = models.DateTimeField(_("submitted at"))
    runner = models.UUIDField(_("runner"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("present run since"), null=True, blank=True)
    rows_at_start = models.PositiveIntegerField(_("rows done before the present run"), default=0, db_default=0)
    heartbeat_at = models.DateTimeField(_("last heartbeat"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file import")
        verbose_name_plural = _("file imports")
        indexes: ClassVar = [models.Index(fields=["state", "heartbeat_at"], name="imports_fileimport_waiting")]
        constraints: ClassVar = [
            models.CheckConstraint(name="imports_fileimport_kind_known", condition=Q(kind__in=ImportKind.values)),
            models.CheckConstraint(name="imports_fileimport_state_known", condition=Q(state__in=ImportState.values)),
            # the same file again goes on where the first was interrupted; once finished it may be run again
            models.UniqueConstraint(
                fields=["bank", "kind", "sha256"],
                name="imports_fileimport_unfinished_once",
                condition=Q(state__in=[ImportState.QUEUED, ImportState.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FileImportError(models.Model):
    """A row that was not taken in, and why. Nothing of the row itself is kept."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="errors", verbose_name=_("file import"))
    line = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("code"), max_length=40)
    message = models.CharField(_("message"), max_length=300)

    class Meta:
        verbose_name = _("row error")
        verbose_name_plural = _("row errors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file_import", "line"], name="imports_fileimporterror_once_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
