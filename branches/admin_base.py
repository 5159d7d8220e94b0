"""
The base of every admin page: what an actor sees and does, by their grants.

A ModelAdmin names where its rows come from (an `access.py` function) and which roles may see, add and change. A role
counts at the place it was granted for: each list, choice, change and action asks for the rows of the actor's grants with
one of its roles. Rows that are not the actor's are not in the queryset, so the admin answers for them as it does for rows
that don't exist. Nothing is ever deleted here. What is written goes through a service, never through `save()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import CharField, ModelChoiceField, ModelForm
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline

from branches.access import ALL_STAFF, NOBODY, acting_as, each_grant, grants_of, seeing, with_roles
from branches.choices import Role
from branches.shown_admin import ShownRows
from core.errors import DomainError, ErrorKind
from core.forms import check_line
from core.limits import PAGE_SIZE
from identity.models import User


class PlacesMixed(DomainError):
    """The rows chosen in one form are each open to some grant of the actor's, but not together to any."""

    code = "places_mixed"
    kind = ErrorKind.DENIED
    message = _("None of your roles allows these choices together. Choose rows of one place.")


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


def holds(request: HttpRequest, roles: frozenset[Role]) -> bool:
    """Whether the actor has a grant with one of these roles, wherever it is."""
    return isinstance(request.user, User) and any(grant.role in roles for grant in grants_of(user=actor_of(request)))


def row_action(*, by: frozenset[Role], description: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An action on the rows chosen in a list; it gets those where the actor holds one of the roles, and the others are told."""

    def decorate(act: Callable[..., Any]) -> Callable[..., Any]:
        @admin.action(description=description)
        @wraps(act)
        def limited(page: ScopedAdmin, request: HttpRequest, chosen: QuerySet[Any]) -> Any:
            allowed = page.allowed(request, by, chosen)
            return None if allowed is None else act(page, request, allowed)

        limited.by = by  # type: ignore[attr-defined]  # `get_actions` asks who finds it
        return limited

    return decorate


class ByRole:
    """Permissions by role, for pages and for the tables inside them."""

    rows: ClassVar[Callable[..., QuerySet[Any]]]
    seen_by: ClassVar[frozenset[Role]] = ALL_STAFF
    added_by: ClassVar[frozenset[Role]] = NOBODY
    changed_by: ClassVar[frozenset[Role]] = NOBODY

    def rows_by(self, request: HttpRequest, roles: frozenset[Role]) -> QuerySet[Any]:
        """The rows at the places where the actor holds one of these roles."""
        return type(self).rows(actor=acting_as(actor=actor_of(request), roles=roles & self.seen_by))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Who may see the rows of their places; a row that is asked about was found among these."""
        return holds(request, self.seen_by)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Who may make new ones."""
        return holds(request, self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Who may change them."""
        return holds(request, self.changed_by)

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
        return self.rows_by(request, self.seen_by)

    def rows_by(self, request: HttpRequest, roles: frozenset[Role]) -> QuerySet[Any]:
        """The rows at the places where the actor holds one of these roles, in the page's order."""
        rows = super().rows_by(request, roles)
        if self.list_select_related:  # a row's own page names the same others as its list
            rows = rows.select_related(*self.list_select_related)
        if not holds(request, roles & self.seen_by):
            return rows.none()
        if self.row_select_related and request.resolver_match and "object_id" in request.resolver_match.kwargs:
            rows = rows.select_related(*self.row_select_related)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def may(self, request: HttpRequest, roles: frozenset[Role], row: object = None) -> bool:
        """Whether the actor holds one of these roles at the place of this row (or of the row at this address); without one, anywhere."""
        if row is None or not holds(request, roles) or self._all_seen_by(request, roles):
            return holds(request, roles)
        kept: dict[object, bool] = request.__dict__.setdefault("rows_allowed", {})
        key = (self.opts.label, roles, str(row.pk if isinstance(row, Model) else row))
        if key not in kept:
            kept[key] = self._is_one_of(self.rows_by(request, roles), row)
        return kept[key]

    def allowed(self, request: HttpRequest, roles: frozenset[Role], chosen: QuerySet[Any]) -> QuerySet[Any] | None:
        """The chosen rows at places where the actor holds one of these roles, None if there are none; what is left out is told."""
        if self._all_seen_by(request, roles):
            return chosen
        allowed = chosen.filter(pk__in=self.rows_by(request, roles).order_by().values("pk"))
        number = allowed.count()
        if left_out := chosen.count() - number:
            told = ngettext(
                "%(number)s row was left out: you don't hold a role for this at its place.",
                "%(number)s rows were left out: you don't hold a role for this at their places.",
                left_out,
            )
            self.message_user(request, told % {"number": left_out}, messages.ERROR)
        return allowed if number else None

    def actor_seeing(self, request: HttpRequest, row: Model) -> User:
        """The actor with the grants that show them this row: what else they may see of it, they see by these."""
        kept: dict[object, User] = request.__dict__.setdefault("actors_seeing", {})
        if (found := kept.get((self.opts.label, row.pk))) is None:
            actor = acting_as(actor=actor_of(request), roles=self.seen_by)
            found = kept[self.opts.label, row.pk] = seeing(actor=actor, rows=type(self).rows, pk=row.pk)
        return found

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may change the row; without one, who may change any."""
        return self.may(request, self.changed_by, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        """The actions that the actor may carry out somewhere."""
        return {name: found for name, found in super().get_actions(request).items() if holds(request, getattr(found[0], "by", NOBODY))}

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> FormField | None:
        """Text is text, whatever page asks for it."""
        field: FormField | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, CharField):
            field.validators.append(check_line)
        return field

    def formfield_for_foreignkey(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> ModelChoiceField[Any] | None:
        """Offer what the roles that may fill in this form let the actor see; what has no page of its own is not offered."""
        if "queryset" not in kwargs and isinstance(db_field, ForeignKey):
            page = self.admin_site._registry.get(db_field.related_model)  # noqa: SLF001 - no public way to a registered page
            nothing = db_field.related_model._default_manager.none()  # noqa: SLF001
            kwargs["queryset"] = page.rows_by(request, self._filled_in_by) if isinstance(page, ScopedAdmin) else nothing
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def save_form(self, request: HttpRequest, form: ModelForm[Any], change: bool) -> Any:  # noqa: FBT001 - Django's
        """
        Take a form whose choices some grant of the actor's allows together.

        :raises PlacesMixed: if there is none.
        """
        self.check_places(request, [value for value in form.cleaned_data.values() if isinstance(value, Model)])
        return super().save_form(request, form, change)

    def check_places(self, request: HttpRequest, chosen: Sequence[Model]) -> None:
        """
        Check that one grant of the actor's is enough for all that was chosen.

        :raises PlacesMixed: if each needs another one.
        """
        actor = acting_as(actor=actor_of(request), roles=self._filled_in_by)
        if len(grants_of(user=actor)) > 1 and len(chosen) > 1 and not any(self._all_open(one, chosen) for one in each_grant(actor=actor)):
            raise PlacesMixed

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
            self.check_shown(request, obj)
            self.alter(actor_of(request), obj, form.cleaned_data)
        else:
            obj.pk = self.make(actor_of(request), form.cleaned_data).pk
            obj.refresh_from_db()  # what the service decided is named in the admin's own log

    def note_deed(self, request: HttpRequest, row: Model, deed: Promise | str) -> None:
        """Leave a line in the row's history, which nobody can rewrite: a button leaves no less than a form."""
        self.log_change(request, row, str(deed))

    def make(self, actor: User, data: dict[str, Any]) -> Model:
        """Call the service that makes the row; pages with `added_by` have one."""
        raise NotImplementedError

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Call the service that changes the row; pages with `changed_by` have one."""
        raise NotImplementedError

    @property
    def _filled_in_by(self) -> frozenset[Role]:
        return self.added_by | self.changed_by

    def _is_one_of(self, rows: QuerySet[Any], row: object) -> bool:
        try:
            return rows.filter(pk=row.pk if isinstance(row, Model) else unquote(str(row))).exists()
        except (ValueError, ValidationError):
            return False  # an address that is no row's

    def _all_open(self, actor: User, chosen: Sequence[Model]) -> bool:
        pages = [self.admin_site._registry[type(row)] for row in chosen]  # noqa: SLF001 - no public way to a registered page
        return all(type(page).rows(actor=actor).filter(pk=row.pk).exists() for page, row in zip(pages, chosen, strict=True))

    def _all_seen_by(self, request: HttpRequest, roles: frozenset[Role]) -> bool:
        """Whether every grant that shows the actor rows of this page has one of these roles: then each row seen is theirs."""
        shown = [grant for grant in grants_of(user=actor_of(request)) if grant.role in self.seen_by]
        return all(grant.role in roles for grant in shown)

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
        rows = self.rows_by(request, self.seen_by).order_by(*self.get_ordering(request))
        relations = {field.name for field in self.model._meta.concrete_fields if field.is_relation}  # noqa: SLF001  Django's own name for it
        named = relations.intersection(self.fields)
        return rows.select_related(*named) if named else rows
