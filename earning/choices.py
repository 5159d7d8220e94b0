"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """How a rule counts points."""

    FIXED = "fixed", _("fixed points")
    PER_AMOUNT = "per_amount", _("points per amount")


class EventStatus(models.TextChoices):
    """How a kept event stands."""

    POSTED = "posted", _("points posted")
    NOTHING_EARNED = "nothing_earned", _("nothing earned")
    NO_RULE = "no_rule", _("no rule in force that day")
    WAITING = "waiting", _("customer unknown, waiting")
    CANCELLED = "cancelled", _("cancelled by the bank")
    ISSUANCE_PAUSED = "issuance_paused", _("no room under the bank's exposure cap, waiting")


class EventAnswer(models.TextChoices):
    """What became of an event that was sent just now: how it stands if it is new, or why it was not taken in."""

    POSTED = "posted", _("points posted")
    NOTHING_EARNED = "nothing_earned", _("nothing earned")
    NO_RULE = "no_rule", _("no rule in force that day")
    WAITING = "waiting", _("customer unknown, waiting")
    CANCELLED = "cancelled", _("cancelled by the bank")
    ISSUANCE_PAUSED = "issuance_paused", _("no room under the bank's exposure cap, waiting")
    DUPLICATE = "duplicate", _("sent before, nothing moved")
    CONFLICT = "conflict", _("same id with other content, nothing moved")
    REFUSED = "refused", _("not accepted")


class Cap(models.TextChoices):
    """The cap that bit."""

    NONE = "", _("none")
    EVENT = "event_cap", _("per event")
    DAY = "day_cap", _("per resident and day")
