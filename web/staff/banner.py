"""What every staff page says on top while the books have drifted, or were not checked in full for too long."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.clock import now
from points.audit.result import BooksState, Checked, books_state


@dataclass(frozen=True, slots=True)
class BooksBanner:
    """Which of the sentences is said, if any."""

    checked: Checked | None = None
    stale: bool = False
    never: bool = False


def books_of(request: HttpRequest) -> BooksState:
    """How the books stand; read once a request."""
    if not hasattr(request, "books_state"):
        request.books_state = books_state()  # type: ignore[attr-defined]  # as middlewares do
    found: BooksState = request.books_state  # type: ignore[attr-defined]
    return found


def books_banner(request: HttpRequest) -> dict[str, Any]:
    """The banner, for the staff pages' template; no other asks for it, and then it costs no query."""
    return {"books_banner": SimpleLazyObject(partial(_banner, request))}


def _banner(request: HttpRequest) -> BooksBanner:
    at, state = now(), books_of(request)
    if state.checked is None:
        return BooksBanner(never=state.never_checked(at=at))
    return BooksBanner(checked=state.checked, stale=state.checked.stale(at=at))
