"""Staff's view of the alliance: banks, branches, neighborhoods and staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from branches.access import (
    BANK_MANAGERS,
    BANK_STAFF,
    MANAGERS,
    OPERATORS,
    acting_as,
    alliances_for,
    branches_for,
    grants_of,
    neighborhoods_for,
    staff_for,
    staff_roles_for,
)
from branches.admin_base import ReadOnly, ScopedAdmin, actor_of, row_action
from branches.choices import Role
from branches.models import Alliance, Branch, Neighborhood, StaffRole
from branches.services import end_role, grant_role, name_neighborhood_in_english, open_branch, open_neighborhood
from core.clock import now
from core.errors import NotFound
from identity.models import User
from identity.services import make_staff

GRANTED_BY_A_BANK = frozenset({Role.BRANCH_MANAGER, Role.CLERK})


@admin.register(Alliance)
class AllianceAdmin(ReadOnly):
    """The alliance and its fee."""

    rows = staticmethod(alliances_for)
    list_display = ("name", "fee_bps", "currency")
    ordering = ("pk",)


@admin.register(Branch)
class BranchAdmin(ScopedAdmin):
    """Branches; opened by the operator or the bank's manager."""

    rows = staticmethod(branches_for)
    added_by = BANK_MANAGERS
    list_display = ("name", "code", "bank")
    list_select_related = ("bank",)
    search_fields = ("name", "code")
    ordering = ("bank__code", "code")

    def make(self, actor: User, data: dict[str, Any]) -> Branch:
        """Open the branch."""
        return open_branch(**data, actor=actor)


@admin.register(Neighborhood)
class NeighborhoodAdmin(ScopedAdmin):
    """Neighborhoods a branch serves. Only the name in English may be changed later."""

    rows = staticmethod(neighborhoods_for)
    added_by = changed_by = MANAGERS
    list_display = ("name", "name_en", "code", "branch")
    list_select_related = ("branch",)
    search_fields = ("name", "name_en", "code")
    ordering = ("branch__code", "code")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """Who opened and changed it once it is there."""
        named = ("branch", "code", ("name", "name_en"))
        return (*named, "opened_by", "changed_by") if obj else named

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All but the name in English once it is there."""
        return ("branch", "code", "name", "opened_by", "changed_by") if obj else ()

    def make(self, actor: User, data: dict[str, Any]) -> Neighborhood:
        """Open the neighborhood."""
        return open_neighborhood(**data, actor=actor)

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Name it in English."""
        assert isinstance(obj, Neighborhood), "this page is about neighborhoods"
        name_neighborhood_in_english(actor=actor, neighborhood=obj, name_en=data["name_en"])


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A member of staff who signs in by name and password."""

    password = forms.CharField(label=_("Password"), widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}))

    class Meta:
        model = User
        fields = ("username", "name", "language")


@admin.register(User)
class StaffAdmin(ScopedAdmin):
    """Staff; new ones are made by the operator. Residents and cashiers are not listed here."""

    rows = staticmethod(staff_for)
    seen_by = BANK_STAFF
    added_by = OPERATORS
    list_display = ("username", "name", "is_active", "last_login")
    search_fields = ("username", "name")
    ordering = ("username",)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Ask for a password when a member of staff is made."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=StaffForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """Nothing secret of those who are there."""
        shown = ("username", "name", "language")
        return (*shown, "is_active", "last_login", "joined_at") if obj else (*shown, "password")

    def make(self, actor: User, data: dict[str, Any]) -> User:
        """Make the user."""
        return make_staff(**data, actor=actor, at=now())


@admin.register(StaffRole)
class StaffRoleAdmin(ScopedAdmin):
    """Who works where; granted by the operator, and for its own branches by a bank's manager."""

    rows = staticmethod(staff_roles_for)
    seen_by = BANK_STAFF
    added_by = BANK_MANAGERS
    list_display = ("user", "role", "bank", "branch", "granted_at", "ended_at")
    list_filter = ("role",)
    list_select_related = ("user", "bank", "branch")
    search_fields = ("user__username", "user__name")
    ordering = ("-granted_at",)
    actions = ("end_roles",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """The dates once it is granted."""
        named = ("user", "role", "bank", "branch")
        return (*named, "granted_at", "granted_by", "ended_at", "ended_by") if obj else named

    def make(self, actor: User, data: dict[str, Any]) -> StaffRole:
        """Grant the role, as far as the actor may."""
        _check_may_grant(actor, Role(data["role"]))
        return grant_role(actor=actor, user=data["user"], role=Role(data["role"]), bank=data["bank"], branch=data["branch"], at=now())

    @row_action(by=BANK_MANAGERS, description=_("End these roles"))
    def end_roles(self, request: HttpRequest, chosen: QuerySet[StaffRole]) -> None:
        """End the roles; their users are signed out at once."""
        for role in chosen:
            _check_may_grant(actor_of(request), Role(role.role))
        for role in chosen:
            end_role(actor=actor_of(request), role=role, at=now())
            self.note_deed(request, role, _("End these roles"))
        self.message_user(request, _("Ended."))


def _check_may_grant(actor: User, role: Role) -> None:
    """A bank's manager names branch staff; everyone else is named by the operator."""
    if role not in GRANTED_BY_A_BANK and not grants_of(user=acting_as(actor=actor, roles=OPERATORS)):
        raise NotFound
