"""The table of security events."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit.choices import SecurityEventKind


class SecurityEvent(models.Model):
    """
    One thing that happened to somebody's access. `actor` is who did it, none for a stranger or a partner's system.

    `about` names a row by its model's label and its key. `network` is the visitor's /24 or /56, never the whole address.
    Failures of strangers are counted: one row a minute for the same thing, `times` over, and few rows a minute in all.
    """

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=24, choices=SecurityEventKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, db_constraint=False, verbose_name=_("by")
    )
    about_kind = models.CharField(_("kind of target"), max_length=40, blank=True, default="")
    about_id = models.CharField(_("about"), max_length=40, blank=True, default="")
    network = models.CharField(_("network"), max_length=49, blank=True, default="")
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("details"), default=dict)
    minute = models.DateTimeField(null=True, editable=False)
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        db_table = "core_security_event"
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        indexes: ClassVar = [
            models.Index(fields=["at"], name="core_security_event_at"),
            models.Index(fields=["actor", "at"], name="core_security_event_actor"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="core_security_event_kind_known", condition=Q(kind__in=SecurityEventKind.values)),
            models.CheckConstraint(
                name="core_security_event_counted_by_minute",
                condition=Q(minute__isnull=True, times=1) | Q(minute__lte=F("at"), times__gte=1),
            ),
            models.UniqueConstraint(
                fields=["minute", "kind", "network", "about_kind", "about_id"],
                name="core_security_event_once_a_minute",
                condition=Q(minute__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
