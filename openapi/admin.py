"""Staff's view of the systems that call the Open API. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from branches.access import BANK_MANAGERS, BANK_STAFF
from branches.admin_base import ScopedAdmin, actor_of, row_action
from branches.shown_admin import NOT_KEPT
from core.clock import now
from core.errors import DomainError
from openapi.access import clients_for
from openapi.models import Client
from openapi.scopes import SCOPES
from openapi.services import NewSecret, end_client, make_client, renew_secret, revoke_secrets

admin.site.unregister(Client)  # the toolkit's own page, which knows nothing of banks


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A client with the scopes to choose from."""

    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple, initial=list(SCOPES)
    )

    class Meta:
        model = Client
        fields = ("bank", "name", "scopes")


@admin.register(Client)
class ClientAdmin(ScopedAdmin):
    """Systems of banks; let in by the bank's manager."""

    rows = staticmethod(clients_for)
    seen_by = BANK_STAFF
    added_by = BANK_MANAGERS
    list_display = ("name", "bank", "client_id", "scopes", "created", "ended_at")
    list_select_related = ("bank",)
    search_fields = ("name", "client_id")
    ordering = ("bank__code", "name", "pk")
    actions = ("renew", "revoke", "end")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Choose the scopes when a system is let in."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=ClientForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """Nothing secret of those that are there."""
        return (
            ("bank", "name", "client_id", "scopes", "created", "made_by", "renewed_by", "ended_at", "ended_by")
            if obj
            else ("bank", "name", "scopes")
        )

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001 - Django's
        """Let the system in, and show its secret this once."""
        assert not change, "a client is never changed by hand"
        made = make_client(**form.cleaned_data, actor=actor_of(request), at=now())
        obj.pk = made.client.pk
        self._show(request, made)

    @row_action(by=BANK_MANAGERS, description=_("Issue new secrets; the old ones stay good for a day"))
    def renew(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        """Show new secrets; the old ones stay good for a day."""
        for client in chosen:
            try:
                self._show(request, renew_secret(actor=actor_of(request), client=client, at=now()))
            except DomainError as refusal:
                self.message_user(request, f"{client.client_id}: {refusal}", messages.ERROR)
            else:
                self.note_deed(request, client, _("Issue new secrets; the old ones stay good for a day"))

    @row_action(by=BANK_MANAGERS, description=_("Revoke all secrets at once, and issue new ones"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        """Show new secrets; the old ones and all tokens are no longer good."""
        for client in chosen:
            self._show(request, revoke_secrets(actor=actor_of(request), client=client, at=now()))
            self.note_deed(request, client, _("Revoke all secrets at once, and issue new ones"))

    @row_action(by=BANK_MANAGERS, description=_("End their access"))
    def end(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        """Shut the systems out, at once."""
        for client in chosen:
            end_client(actor=actor_of(request), client=client, at=now())
            self.note_deed(request, client, _("End their access"))
        self.message_user(request, _("Access ended."))

    def _show(self, request: HttpRequest, made: NewSecret) -> None:
        said = _("Secret of %(client_id)s: %(secret)s. Keep it now, it is not shown again.")
        messages.warning(request, said % {"client_id": made.client.client_id, "secret": made.secret}, extra_tags=NOT_KEPT)
