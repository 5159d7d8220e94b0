"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.encodings import Why


class ImportKind(models.TextChoices):
    """What a bank's file holds."""

    RESIDENTS = "residents", _("Residents")
    EVENTS = "events", _("Events")


class ImportState(models.TextChoices):
    """How far the import of a file is."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class EncodingWhy(models.TextChoices):
    """How the encoding of a file was found."""

    MARK = Why.MARK, _("the file's byte-order mark says so")
    ASCII = Why.ASCII, _("the file has only ASCII letters, which are the same in both")
    LIKELY = Why.LIKELY, _("its characters are likely in this one and not in the other")
    SAID = Why.SAID, _("as was said when it was handed in")


class Counted(models.TextChoices):
    """What rows came to, by the names under which the packages above count them."""

    NEW = "new", _("new residents")
    CHANGED = "changed", _("changed residents")
    UNCHANGED = "unchanged", _("residents known already")
    POSTED = "posted", _("events that earned")
    NOTHING_EARNED = "nothing_earned", _("events that earned nothing")
    NO_RULE = "no_rule", _("events with no rule in force that day")
    WAITING = "waiting", _("events waiting for their customer")
    ISSUANCE_PAUSED = "issuance_paused", _("events waiting for room under the exposure cap")
    DUPLICATE = "duplicate", _("events sent before")
    CONFLICT = "conflict", _("events sent before with other content")
    POINTS = "points", _("points earned")
    ERRORS = "errors", _("row errors")
