"""The inbox of an embedded system: messages it would have sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.channels.services import inbox
from core.limits import PAGE_SIZE
from web.trial import is_trial


@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    """Show the latest messages; elsewhere than embedded there is no such page."""
    if not is_trial(request):
        raise Http404
    return render(request, "sign_in/inbox.html", {"messages_sent": inbox(most=PAGE_SIZE)})
