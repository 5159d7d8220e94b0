"""
The desk acts on what its page showed.

Boxes of a list, forms of a row and pages on which one asks carry a fingerprint of each row. Whoever sends them gets the deed
done to exactly those rows, or a sentence that they changed meanwhile: a draft that grew by three zeros is not put in force
by somebody who read the smaller number.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from core.shown import ChangedSinceShown, row_fingerprint

SHOWN: Final = "shown"


class ShownRows:
    """For pages of the admin, in front of Django's own class."""

    list_disable_select_all = True  # "all rows" includes those that nobody looked at
    change_form_before_template = "admin/shown.html"

    def shown_of(self, obj: Model) -> str:
        """The fingerprint of a row as it is now; pages that show more than its columns add that."""
        return row_fingerprint(obj)

    def action_checkbox(self, obj: Model) -> SafeString:
        """The box of a row, and beside it what the row said."""
        box = super().action_checkbox(obj)  # type: ignore[misc]  # Django's or Unfold's
        return format_html('{}<input type="hidden" name="{}" value="{}:{}">', box, SHOWN, obj.pk, self.shown_of(obj))

    action_checkbox.short_description = ModelAdmin.action_checkbox.short_description  # type: ignore[attr-defined]  # the box for all of them

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """
        Act on the rows that were chosen, if they are still as they were shown.

        :raises ChangedSinceShown: otherwise, or if more was chosen than was in sight.
        """
        if request.POST.get("select_across", "0") != "0":
            raise ChangedSinceShown
        said = [text.partition(":") for text in request.POST.getlist(SHOWN)]
        shown = {pk: fingerprint for pk, _colon, fingerprint in said}
        with transaction.atomic():  # the rows stay as they were compared until the deed is done
            if shown:
                self._compare(queryset, shown, request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))
            response: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc]
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """With the fingerprint of the row that the form shows."""
        obj = kwargs.get("obj")
        shown = request.POST.get(SHOWN) or (self.shown_of(obj) if obj is not None else "")
        response: HttpResponse = super().render_change_form(request, {**context, SHOWN: shown}, *args, **kwargs)  # type: ignore[misc]
        return response

    def check_shown(self, request: HttpRequest, obj: Model) -> None:
        """
        Let a form pass that shows the row as it is.

        :raises ChangedSinceShown: otherwise.
        """
        if SHOWN in request.POST and request.POST[SHOWN] != self.shown_of(obj):
            raise ChangedSinceShown

    def _compare(self, rows: QuerySet[Any], shown: dict[str, str], chosen: list[str]) -> None:
        try:
            found = {str(row.pk): row for row in rows.filter(pk__in=chosen).select_for_update(of=("self",))}
        except (ValueError, ValidationError):
            raise ChangedSinceShown from None
        if any(pk not in found or shown.get(pk) != self.shown_of(found[pk]) for pk in chosen):
            raise ChangedSinceShown
