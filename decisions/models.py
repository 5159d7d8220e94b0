"""What one person asks for and another one decides."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from branches.models import Bank, Branch
from core.ids import uuid7
from core.limits import REASON_TEXT
from decisions.choices import ApprovalState
from decisions.decision import declared


class Approval(models.Model):
    """
    What one person asks for and another one decides: who, what, about which target in which version, and how it ended.

    What was asked never changes, and neither does what was decided; a trigger keeps it so. `concerns` is the user whose
    own affair it is, if any. What `action` may be is declared by the packages that carry it out (`Decision`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField(_("action"), max_length=40)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="approvals", verbose_name=_("bank"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="approvals", null=True, blank=True, verbose_name=_("branch"))
    target_kind = models.CharField(_("kind of target"), max_length=40)
    target_id = models.CharField(_("target"), max_length=40)
    target_version = models.CharField(_("version of the target"), max_length=64)
    about = models.CharField(_("about"), max_length=120)
    payload: models.JSONField[dict[str, int | str], dict[str, int | str]] = models.JSONField(_("asked for"), default=dict)
    reason = models.CharField(_("reason"), max_length=REASON_TEXT)
    concerns = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("whom it concerns")
    )
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests", verbose_name=_("asked by"))
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions", null=True, blank=True, verbose_name=_("decided by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=ApprovalState, default=ApprovalState.WAITING)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    refusal = models.CharField(_("refused because"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes: ClassVar = [
            models.Index(fields=["bank", "asked_at"], name="decisions_approval_waiting", condition=Q(state=ApprovalState.WAITING)),
            models.Index(fields=["closed_at"], name="decisions_approval_done", condition=Q(state=ApprovalState.DONE)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="decisions_approval_action_named", condition=Q(action__regex=r"^[a-z][a-z_]*$")),
            models.CheckConstraint(name="decisions_approval_state_known", condition=Q(state__in=ApprovalState.values)),
            models.CheckConstraint(name="decisions_approval_two_persons", condition=Q(checker__isnull=True) | ~Q(checker=F("maker"))),
            models.CheckConstraint(
                name="decisions_approval_not_ones_own",
                condition=Q(concerns__isnull=True) | (~Q(concerns=F("maker")) & (Q(checker__isnull=True) | ~Q(concerns=F("checker")))),
            ),
            models.CheckConstraint(
                name="decisions_approval_decided_by_someone",
                condition=Q(state=ApprovalState.WAITING, checker__isnull=True, decided_at__isnull=True)
                | (~Q(state=ApprovalState.WAITING) & Q(checker__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="decisions_approval_decided_in_time",
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("asked_at"), decided_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(name="decisions_approval_expires_after_asked", condition=Q(expires_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="decisions_approval_closed_when_over",
                condition=Q(state__in=[ApprovalState.DONE, ApprovalState.REFUSED], closed_at__isnull=False)
                | (~Q(state__in=[ApprovalState.DONE, ApprovalState.REFUSED]) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="decisions_approval_refusal_when_refused",
                condition=(Q(state=ApprovalState.REFUSED) & ~Q(refusal="")) | (~Q(state=ApprovalState.REFUSED) & Q(refusal="")),
            ),
            models.CheckConstraint(name="decisions_approval_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.action_label}: {self.about}"

    @property
    def action_label(self) -> str:
        """What pages call the action."""
        decision = declared().get(self.action)
        return str(decision.label) if decision else self.action
