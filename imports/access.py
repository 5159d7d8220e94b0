"""Which files that banks handed in a member of staff may see."""

from __future__ import annotations

from django.db.models import QuerySet

from branches.access import scope_of
from identity.models import User
from imports.models import FileImport, FileImportError


def imports_for(*, actor: User) -> QuerySet[FileImport]:
    """Files handed in for the banks the actor works for wholly."""
    return FileImport.objects.filter(scope_of(user=actor).of_banks(bank="bank"))


def import_errors_for(*, actor: User) -> QuerySet[FileImportError]:
    """Row errors of those files."""
    return FileImportError.objects.filter(scope_of(user=actor).of_banks(bank="file_import__bank"))
