"""
The base of every admin page: rows by the actor's scope, permissions by the actor's role.

A ModelAdmin names where its rows come from (an `access.py` function) and which roles may see, add and change. Rows that
are not the actor's are not in the queryset, so the admin answers for them as it does for rows that don't exist. Nothing
is ever deleted here. What is written goes through a service, never through `save()`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline

from branches.access import scope_of, with_roles
from branches.choices import Role
from branches.shown_admin import ShownRows
from core.errors import DomainError
from core.limits import PAGE_SIZE
from identity.models import User

NOBODY: Final[frozenset[Role]] = frozenset()
ALLIANCE_STAFF: Final = frozenset({Role.OPERATOR, Role.AUDITOR})
BANK_STAFF: Final = ALLIANCE_STAFF | {Role.BANK_MANAGER}
ALL_STAFF: Final = frozenset(Role)
MANAGERS: Final = frozenset({Role.OPERATOR, Role.BANK_MANAGER, Role.BRANCH_MANAGER})
DESK: Final = frozenset({Role.BANK_MANAGER, Role.BRANCH_MANAGER, Role.CLERK})


def asked_once(shown: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """For what a page shows of a row by asking the database: a form asks for a field several times, the database is asked once."""

    @wraps(shown)
    def kept(page: Any, row: Any) -> Any:
        name = f"shown_{shown.__name__}"
        if name not in row.__dict__:
            row.__dict__[name] = shown(page, row)
        return row.__dict__[name]

    return kept


def actor_of(request: HttpRequest) -> User:
    """The member of staff who asks; the admin lets nobody else this far."""
    assert isinstance(request.user, User), "the admin asks for a sign-in first"
    return with_roles(user=request.user)


def roles_in(request: HttpRequest) -> frozenset[Role]:
    """The actor's roles, read once a request."""
    kept: frozenset[Role] | None = getattr(request, "staff_roles", None)
    if kept is None:
        kept = scope_of(user=actor_of(request)).roles if isinstance(request.user, User) else frozenset()
        request.staff_roles = kept  # type: ignore[attr-defined]  # as middlewares do
    return kept


class ByRole:
    """Permissions by role, for pages and for the tables inside them."""

    rows: ClassVar[Callable[..., QuerySet[Any]]]
    seen_by: ClassVar[frozenset[Role]] = ALL_STAFF
    added_by: ClassVar[frozenset[Role]] = NOBODY
    changed_by: ClassVar[frozenset[Role]] = NOBODY

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Who may see the rows of their scope."""
        return bool(roles_in(request) & self.seen_by)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Who may make new ones."""
        return bool(roles_in(request) & self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Who may change them."""
        return bool(roles_in(request) & self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nobody: what was, stays."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Who finds it in the menu."""
        return self.has_view_permission(request)


class ScopedAdmin(ByRole, ShownRows, ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """What every ModelAdmin of this site inherits. `rows = staticmethod(things_for)`."""

    list_per_page = PAGE_SIZE
    show_full_result_count = False
    view_on_site = False
    list_fullwidth = True
    actions_on_top = True
    row_select_related: ClassVar[tuple[str, ...]] = ()  # fetched with the one row whose page is shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The actor's rows, in the page's order; none for a role that may not see the page, by whatever way it asks."""
        rows = type(self).rows(actor=actor_of(request))
        if self.list_select_related:  # a row's own page names the same others as its list
            rows = rows.select_related(*self.list_select_related)
        if not self.has_view_permission(request):
            return rows.none()
        if self.row_select_related and request.resolver_match and "object_id" in request.resolver_match.kwargs:
            rows = rows.select_related(*self.row_select_related)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def formfield_for_foreignkey(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> ModelChoiceField[Any] | None:
        """Offer what the actor may see, nothing else; what has no page of its own is not offered."""
        if "queryset" not in kwargs and isinstance(db_field, ForeignKey):
            page = self.admin_site._registry.get(db_field.related_model)  # noqa: SLF001 - no public way to a registered page
            offered = page.get_queryset(request) if isinstance(page, ScopedAdmin) else db_field.related_model._default_manager.none()  # noqa: SLF001
            kwargs["queryset"] = offered
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell a refusal as a message."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            return self._tell(request, refusal)
        return response

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell a refusal of an action as a message."""
        try:
            response: HttpResponse = super().changelist_view(request, *args, **kwargs)
        except DomainError as refusal:
            return self._tell(request, refusal)
        return response

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool) -> None:  # noqa: FBT001 - Django's
        """Hand the form to `make` or `alter`, which call one service."""
        if change:
            self.check_shown(request, type(obj)._default_manager.select_for_update().get(pk=obj.pk))  # noqa: SLF001 - Django's own name
            self.alter(actor_of(request), obj, form.cleaned_data)
        else:
            obj.pk = self.make(actor_of(request), form.cleaned_data).pk
            obj.refresh_from_db()  # what the service decided is named in the admin's own log

    def make(self, actor: User, data: dict[str, Any]) -> Model:
        """Call the service that makes the row; pages with `added_by` have one."""
        raise NotImplementedError

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Call the service that changes the row; pages with `changed_by` have one."""
        raise NotImplementedError

    def _tell(self, request: HttpRequest, refusal: DomainError) -> HttpResponse:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(request.get_full_path())


class ReadOnly(ScopedAdmin):
    """For the ledger and other facts: seen, never made or changed here."""

    actions: ClassVar[list[Any]] = []

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False


class ScopedInline(ByRole, TabularInline):  # type: ignore[misc]
    """A read-only table inside a page, of the actor's rows only."""

    extra = 0
    can_delete = False
    show_change_link = True
    tab = False
    max_num = 0
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The actor's rows, in the table's order; what its columns name comes with them, not row by row."""
        rows = type(self).rows(actor=actor_of(request)).order_by(*self.get_ordering(request))
        relations = {field.name for field in self.model._meta.concrete_fields if field.is_relation}  # noqa: SLF001  Django's own name for it
        named = relations.intersection(self.fields)
        return rows.select_related(*named) if named else rows
