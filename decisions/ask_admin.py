"""The button of a row's page with which one asks for a second person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from unfold.decorators import action

from branches.admin_base import actor_of
from branches.form_admin import ask_page
from core.clock import now
from decisions.decision import Decision


def asks(decision: Decision[Any], *, name: str, url_path: str, permission: str, title: Promise | str = "") -> Any:
    """
    An action of a page, to be named in its `actions_detail`.

    `name` is the attribute it is assigned to; those with `permission` find the button, and `asked_by` is looked at again. `title`
    is what the page calls it, where that is shorter than the kind's label.
    """

    def asked(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask_page(
            page,
            request,
            object_id,
            by=decision.asked_by,
            title=title or decision.label,
            make_form=lambda data, row: decision.form(data, actor=actor_of(request), row=row),
            ask=lambda maker, row, body: decision.ask(maker, row, at=now(), **body),
        )

    asked.__name__ = name  # Unfold looks for it in `actions_detail`
    return action(description=title or decision.label, url_path=url_path, permissions=[permission])(asked)
