"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff is."""

    OPERATOR = "operator", _("Alliance operator")
    BANK_MANAGER = "bank_manager", _("Bank manager")
    BRANCH_MANAGER = "branch_manager", _("Branch manager")
    CLERK = "clerk", _("Clerk")
    AUDITOR = "auditor", _("Auditor")
