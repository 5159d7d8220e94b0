"""
The desk acts once, on what its page showed.

Boxes of a list, forms of a row and pages on which one asks carry a fingerprint of each row. Whoever sends them gets the deed
done to exactly those rows, or a sentence that they changed meanwhile: a draft that grew by three zeros is not put in force
by somebody who read the smaller number.

Each form carries a key too. The same form sent again (a double click, a step back) does nothing more and is answered as it
was the first time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm

from core.answers.services import keep_answer, take_key
from core.clock import now
from core.ids import uuid7
from core.shown import ChangedSinceShown, row_fingerprint

SHOWN: Final = "shown"
Answered = TypeVar("Answered", bound=HttpResponse | None)
KEY: Final = "form_key"
WINDOW: Final = "popup_response_data"  # what a small window that made a row tells the page that opened it
NOT_KEPT: Final = "not-kept"  # the tag of a message with a secret in it
SECRET_SHOWN = _("A secret was shown then. It is not shown again; if nobody kept it, issue new ones.")
DONE_BEFORE = _("This was sent before and is already done. Nothing was done again.")


class AnswerEncoder(MessageEncoder, DjangoJSONEncoder):
    """Messages, and texts that were not put into words yet."""


class KeyedActionForm(ActionForm):  # type: ignore[misc]  # Unfold has no types
    """The choice of an action, with the key of the list."""

    form_key = forms.UUIDField(label="", required=False, initial=uuid7, widget=forms.HiddenInput)


class ShownRows:
    """For pages of the admin, in front of Django's own class."""

    list_disable_select_all = True  # "all rows" includes those that nobody looked at
    change_form_before_template = "admin/shown.html"
    action_form = KeyedActionForm

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
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        ours = super().response_action  # type: ignore[misc]

        def act() -> HttpResponse | None:
            self._compare(queryset, shown, chosen)  # the rows stay as they were compared until the deed is done
            response: HttpResponse | None = ours(request, queryset)
            return response

        return once(request, act)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add or change a row, once."""
        ours = partial(super().changeform_view, request, object_id, *args, **kwargs)  # type: ignore[misc]
        response: HttpResponse = once(request, ours) if request.method == "POST" and self._takes(request, object_id) else ours()
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """With the fingerprint of the row that the form shows, and a key."""
        obj = kwargs.get("obj")
        shown = request.POST.get(SHOWN) or (self.shown_of(obj) if obj is not None else "")
        context = {**context, SHOWN: shown, KEY: uuid7()}
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return response

    def check_shown(self, request: HttpRequest, obj: Model) -> None:
        """
        Let a form pass that shows the row as it is, and hold the row until the deed is done.

        :raises ChangedSinceShown: otherwise.
        """
        row = type(obj)._default_manager.select_for_update(no_key=True).get(pk=obj.pk)  # noqa: SLF001 - Django's own name
        if request.POST.get(SHOWN) != self.shown_of(row):
            raise ChangedSinceShown

    def _takes(self, request: HttpRequest, object_id: str | None) -> bool:
        """Whether the actor may send this form; Django tells everybody else why not."""
        page: Any = self
        if object_id is None or not page.has_change_permission(request):
            return object_id is None and bool(page.has_add_permission(request))
        found = page.get_object(request, unquote(object_id))
        return found is not None and bool(page.has_change_permission(request, found))

    def _compare(self, rows: QuerySet[Any], shown: dict[str, str], chosen: list[str]) -> None:
        try:
            asked = rows.filter(pk__in=chosen)
            found = {str(row.pk): row for row in (asked.select_for_update(of=("self",)) if _may_change(rows.model) else asked)}
        except (ValueError, ValidationError):
            raise ChangedSinceShown from None
        if any(pk not in found or shown.get(pk) != self.shown_of(found[pk]) for pk in chosen):
            raise ChangedSinceShown


def _may_change(model: type[Model]) -> bool:
    """Whether anybody of ours may change such a row: what stays as it was written need not be locked, and can't be."""
    with connection.cursor() as cursor:
        cursor.execute("select has_any_column_privilege(%s, 'update')", [model._meta.db_table])  # noqa: SLF001 - Django's own name
        (may,) = cursor.fetchone()
    return bool(may)


def once(request: HttpRequest, act: Callable[[], Answered]) -> Answered | HttpResponse:
    """
    What the deed answers; if this form was sent before, what it answered then, and nothing is done.

    A form that is shown again with its mistakes, a file to download and a deed that only refused keep no answer: sent again,
    such a form is looked at again.

    :raises ChangedSinceShown: if the form has no key.
    """
    assert request.user.pk is not None, "the admin asks for a sign-in first"
    with transaction.atomic():
        kept, is_first = take_key(user_id=request.user.pk, key=request.POST.get(KEY, ""), at=now())
        if not is_first:
            return _again(request, kept.answer)
        before = len(_told(request))
        response = act()
        keep_answer(kept, answer=_answer(response, _told(request)[before:]))
    return response


def _told(request: HttpRequest) -> list[Message]:
    storage: Any = messages.get_messages(request)
    told: list[Message] = storage._queued_messages  # noqa: SLF001 - whoever reads them the public way takes them off the next page
    return told


def _answer(response: HttpResponse | None, told: list[Message]) -> str | None:
    window = (response.context_data or {}).get(WINDOW) if isinstance(response, TemplateResponse) else None
    refused = all(message.level >= messages.ERROR for message in told)
    if window is None and (refused or not isinstance(response, HttpResponseRedirect)):
        return None
    kept = [message for message in told if message.extra_tags != NOT_KEPT]
    if len(kept) < len(told):
        kept.append(Message(messages.WARNING, str(SECRET_SHOWN)))
    address = response.url if isinstance(response, HttpResponseRedirect) else ""
    return answer_text(address, window, kept)


def answer_text(address: str, window: str | None = None, told: Sequence[Message] = ()) -> str:
    """An answer as it is kept: where it led, or what a small window told the page that opened it, and the sentences."""
    return json.dumps([address, window, list(told)], cls=AnswerEncoder)


def _again(request: HttpRequest, answer: str) -> HttpResponse:
    address, window, told = json.loads(answer, cls=MessageDecoder)
    if window is not None:
        return TemplateResponse(request, "admin/popup_response.html", {WINDOW: window})
    for message in told:
        messages.add_message(request, message.level, message.message, message.extra_tags or "")
    messages.info(request, DONE_BEFORE)
    return HttpResponseRedirect(address)
