"""A form about one row of an admin page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from branches.admin_base import ScopedAdmin, actor_of
from branches.choices import Role
from branches.shown_admin import KEY, SHOWN, once
from core.errors import DomainError
from core.ids import uuid7
from identity.models import User

ASK = _("Ask for it")
ASKED = _("Asked. Somebody else must approve it now.")


def ask_page(
    page: ScopedAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    by: frozenset[Role],
    title: Promise | str,
    make_form: Callable[[Any, Any], forms.Form],
    ask: Callable[[User, Any, dict[str, Any]], object],
    button: Any = ASK,
    told: Any = ASKED,
) -> HttpResponse:
    """
    A form about one row of a page; what it asks for waits for a second person, and a refusal is told in the form.

    The actor needs one of the roles `by` at the row's place. `make_form` gets what was sent, if anything, and the row; `ask`
    gets the actor, the row and what the form holds.
    """
    found = page.get_object(request, object_id)
    if found is None or not page.may(request, by, found):
        raise Http404
    form = make_form(request.POST or None, found)

    def drawn(shown: str) -> HttpResponse:
        said = {"title": title, "subtitle": str(found), "button": button}
        context = {**page.admin_site.each_context(request), "opts": page.opts, "form": form, SHOWN: shown, KEY: uuid7(), **said}
        return TemplateResponse(request, "admin/ask.html", context)

    def refused(refusal: DomainError) -> HttpResponse:
        form.add_error(None, str(refusal))
        return drawn(page.shown_of(found))  # the page is drawn again, as it is now

    def act() -> HttpResponse:
        if not form.is_valid():
            return drawn(request.POST.get(SHOWN, ""))
        try:
            page.check_shown(request, found)
            ask(actor_of(request), found, form.cleaned_data)
        except DomainError as refusal:
            return refused(refusal)  # and not raised: what the refusal wrote is kept
        page.note_deed(request, found, title)
        messages.success(request, told)
        return HttpResponseRedirect(reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_change", args=[found.pk]))

    if request.method != "POST":
        return drawn(page.shown_of(found))
    try:
        return once(request, act)
    except DomainError as refusal:
        return refused(refusal)
