"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.encodings import Why


class Role(models.TextChoices):
    """What a member of staff is."""

    OPERATOR = "operator", _("Alliance operator")
    BANK_MANAGER = "bank_manager", _("Bank manager")
    BRANCH_MANAGER = "branch_manager", _("Branch manager")
    CLERK = "clerk", _("Clerk")
    AUDITOR = "auditor", _("Auditor")


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


class ApprovalAction(models.TextChoices):
    """What one person asks for and another one allows."""

    ADJUST = "adjust", _("Adjust a resident's points")
    TERMS = "terms", _("Set new terms")
    EXPOSURE_CAP = "exposure_cap", _("Set the exposure cap")
    LIFT_SUSPENSION = "lift_suspension", _("Lift an issuer's suspension")
    UNFREEZE = "unfreeze", _("Lift a freeze")


class ApprovalState(models.TextChoices):
    """How far a request is. Only the first state leads to a decision, only the second one to a deed."""

    WAITING = "waiting", _("waiting for a second person")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    DONE = "done", _("carried out")
    REFUSED = "refused", _("approved, but could not be carried out")


class Asked(models.TextChoices):
    """What a request names, by the keys of its payload."""

    GIVE = "give", _("points to give")
    TAKE = "take", _("points to take")
    MONTHS = "months", _("months until expiry")
    GRACE_DAYS = "grace_days", _("days of grace")
    STARTS_ON = "starts_on", _("first day")
    CAP = "cap", _("most points outstanding")
