"""
Staff's view of the ledger's transfers, read-only.

It is here because scope is known above the ledger: a bank sees what moved its points and what happened at its merchants.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from branches.access import BANK_STAFF, acting_as, issuers_seen_by
from branches.admin_base import ReadOnly, actor_of
from branches.models import Bank
from core.clock import now
from core.limits import LEDGER_DAYS_LISTED
from identity.models import User
from merchants.access import merchants_for
from points.access import transfer_seen, transfers_seen
from points.queries import fact_numbered

# A page's address names the wallet and the transfer, as the ledger's keys do, or the sealed number.
BETWEEN = "~"
NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class Seen(TypedDict):
    """What an actor's banks let them see; `issuers` None means everything."""

    issuers: Collection[UUID] | None
    merchants: Collection[UUID]


def seen_by(actor: User) -> Seen:
    """Their banks' points, and what happened at the merchants those banks acquired."""
    issuers = issuers_seen_by(actor=actor)
    parties = [] if issuers is None else list(merchants_for(actor=actor).values_list("party_id", flat=True))
    return Seen(issuers=issuers, merchants=parties)


def transfers_for(*, actor: User) -> QuerySet[Any]:
    """Transfers that the actor may see."""
    return transfers_seen(**seen_by(actor))


def _named(address: str) -> tuple[UUID, UUID] | None:
    wallet, _sign, transfer = address.partition(BETWEEN)
    try:
        return UUID(wallet), UUID(transfer)
    except ValueError:
        return None


class ByWallet(ChangeList):
    """Rows that link to their page by wallet and transfer."""

    def url_for_result(self, result: Any) -> str:
        """The page of a transfer."""
        return reverse("admin:points_transfer_change", args=[f"{result.party_id}{BETWEEN}{result.id}"])


class TransferAdmin(ReadOnly):
    """Transfers of the last days, or those of one wallet."""

    rows = staticmethod(transfers_for)
    seen_by = BANK_STAFF
    list_display = ("recorded_at", "reason", "seen_points", "effective_at", "party_id")
    list_filter = ("reason",)
    search_fields = ("party_id",)
    search_help_text = _("The full wallet id; without it, the transfers of the last days are listed")
    ordering = ("-recorded_at", "-id")
    fields = ("ident", "party_id", "reason", "number", "postings", "effective_at", "recorded_at", "follows", "source", "key", "facts")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002 - Django's
        """A list whose rows link by wallet."""
        return ByWallet

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:  # noqa: ARG002
        """One wallet's transfers; without a wallet, only those of the last days."""
        try:
            return queryset.filter(party_id=UUID(search_term.strip())), False
        except ValueError:
            since = now() - timedelta(days=LEDGER_DAYS_LISTED)
            return (queryset.none() if search_term.strip() else queryset.filter(recorded_at__gte=since)), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:  # noqa: ARG002
        """The transfer, with the postings that this actor may see."""
        named = fact_numbered(int(object_id)) if NUMBER.fullmatch(object_id) else _named(object_id)
        found = self.get_queryset(request).filter(party_id=named[0], id=named[1]).first() if named else None
        if found is not None:
            found.bank_names = dict(Bank.objects.values_list("issuer_id", "name"))
            found.seen = transfer_seen(
                wallet=found.party_id, transfer=found.id, **seen_by(acting_as(actor=actor_of(request), roles=self.seen_by))
            )
        return found

    @admin.display(description=_("points"), ordering="seen_points")
    def seen_points(self, obj: Any) -> int:
        """The points that the actor may see moving."""
        return obj.seen_points or 0

    @admin.display(description=_("transfer"))
    def ident(self, obj: Any) -> str:
        """Its id; a key has no name of its own that could be translated."""
        return str(obj.id)

    @admin.display(description=_("number"))
    def number(self, obj: Any) -> str:
        """Its place in the sealed order."""
        return str(obj.seen.number or _("waits for its number"))

    @admin.display(description=_("postings"))
    def postings(self, obj: Any) -> SafeString | str:
        """From where to where, whose points, how many."""
        names = obj.bank_names  # the form asks for a field more than once
        rows = [
            (posting.points, names.get(posting.issuer_id, "–"), posting.source_kind.label, posting.target_kind.label)
            for posting in obj.seen.postings
        ]
        return format_html_join("", "<div><b>{}</b> {}: {} → {}</div>", rows) or "–"


def register() -> None:
    """Put the page on the site; called where the site's addresses are made."""
    admin.site.register(transfers_seen(issuers=(), merchants=()).model, TransferAdmin)
