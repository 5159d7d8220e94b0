"""The words of this package."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Closer(TextChoices):
    """What closed a business day."""

    SCHEDULE = "schedule", _("the schedule")
    COMMAND = "command", _("a command")
