"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApprovalState(models.TextChoices):
    """How far a request is. Only the first state leads to a decision, only the second one to a deed."""

    WAITING = "waiting", _("waiting for a second person")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    DONE = "done", _("carried out")
    REFUSED = "refused", _("approved, but could not be carried out")
