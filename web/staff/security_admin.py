"""Staff's view of security events, read-only. It is here because `core` knows no pages and no roles."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet

from branches.access import ALLIANCE_STAFF, scope_of
from branches.admin_base import ReadOnly
from core.audit.models import SecurityEvent
from identity.models import User


def security_events_for(*, actor: User) -> QuerySet[SecurityEvent]:
    """All of them, for those who work for the whole alliance."""
    return SecurityEvent.objects.all() if scope_of(user=actor).everywhere else SecurityEvent.objects.none()


class SecurityEventAdmin(ReadOnly):
    """Who signed in, who let whom in, who took a copy; for the operator and the auditor."""

    rows = staticmethod(security_events_for)
    seen_by = ALLIANCE_STAFF
    list_display = ("at", "kind", "actor", "about", "network", "times")
    list_filter = ("kind",)
    list_select_related = ("actor",)
    search_fields = ("actor__username", "=about_id")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = readonly_fields = ("at", "kind", "actor", "about", "network", "times", "details")

    @admin.display(description=SecurityEvent._meta.get_field("about_id").verbose_name)  # noqa: SLF001  Django's own name for it
    def about(self, row: SecurityEvent) -> str:
        """The row it was about, by its kind and key."""
        return f"{row.about_kind} {row.about_id}".strip() or "–"


def register() -> None:
    """Put the page on the site."""
    admin.site.register(SecurityEvent, SecurityEventAdmin)
