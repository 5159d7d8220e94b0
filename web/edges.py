"""
The edge of every request: what stands in its address, its query, its form and its cookies is text, or the request is refused.

Nothing behind this edge meets half a character or a NUL from a request's own parts; JSON is read where it is read. What a
field means is for its form. A refusal comes in the form in which the caller asks: JSON or a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.request import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.characters import shown
from core.errors import DomainError, ErrorKind
from core.text import TextRefused, refuse_text, refuse_unwritable
from web.failures import answer_refusal, in_their_language

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
# RFC 9110, section 8.3, without the percent-encoded parameters of RFC 2231, whose encodings Python looks up by name
CONTENT_TYPE: Final = re.compile(
    r'[\w!#$&^.+-]+/[\w!#$&^.+-]+\s*(?:;\s*(?:[\w!#$&^.+-]+=(?:"[\x20-\x7e]*"|[\x21-\x3a\x3c-\x7e]*))?\s*)*', re.ASCII
)
CHARSET: Final = re.compile(r';\s*charset="?([^";\s]*)', re.ASCII | re.IGNORECASE)
CONTENT_TYPE_LENGTH: Final = 500
REFUSED_TYPE: Final = "application/octet-stream"
TYPE_WAS_REFUSED: Final = "points.content_type_refused"


class CharsetNotKnown(DomainError):
    code = "charset_not_known"
    kind = ErrorKind.INVALID
    message = _("The content type of the request can't be used. Send text in UTF-8, and say charset=utf-8 or no charset.")


REFUSALS: Final = (TextRefused, CharsetNotKnown)


class ReadableTypes:
    """
    Stands around Django's own handler, which reads the content type before any middleware sees the request.

    Django looks up whatever encoding the type names; one that can't be read must not get that far.
    """

    def __init__(self, handle: Callable[..., Iterable[bytes]]) -> None:
        self.handle = handle

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, as WSGI asks."""
        if not content_type_fits(environ.get("CONTENT_TYPE", "")):
            environ |= {"CONTENT_TYPE": REFUSED_TYPE, TYPE_WAS_REFUSED: True}
        return self.handle(environ, start_response)


class CleanRequestMiddleware:
    """Refuses requests with characters that are no text, before anything looks them up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or pass the request on without cookies that nobody here has set."""
        _drop_odd_cookies(request)
        try:
            _check(request)
        except REFUSALS:
            return _refuse(request)
        return self.get_response(request)


def content_type_fits(text: str) -> bool:
    """Whether a content type can be read at all, and names no encoding but ours."""
    if len(text) > CONTENT_TYPE_LENGTH or (text and not CONTENT_TYPE.fullmatch(text)):
        return False
    return all(charset.lower() in UTF8 for charset in CHARSET.findall(text))


@in_their_language
def _refuse(request: HttpRequest) -> HttpResponse:
    """Look once more, now that places have their names in the visitor's language."""
    try:
        _check(request)
    except REFUSALS as refusal:
        return answer_refusal(request, refusal)
    raise AssertionError("what was refused is refused again")


def _check(request: HttpRequest) -> None:
    refuse_text(request.path_info, field=gettext("address"))
    if TYPE_WAS_REFUSED in request.META:
        raise CharsetNotKnown
    for name, value in _pairs(request.GET):
        refuse_unwritable(value, field=name)
    if request.method == "POST" and request.content_type in FORMS:
        _check_form(request)


def _check_form(request: HttpRequest) -> None:
    try:
        form, files = request.POST, request.FILES
    except UnreadablePostError:
        return  # the caller is gone; whoever reads the form says so
    for name, value in _pairs(form):
        refuse_unwritable(value, field=name)
    for name, each in files.lists():
        for file in each:
            refuse_unwritable(f"{name}{getattr(file, 'name', '')}", field=gettext("file name"))


def _pairs(values: QueryDict) -> Iterator[tuple[str, str]]:
    """Names and values; a name that is no text is a value of its own."""
    for name, each in values.lists():
        yield shown(name), name
        for value in each:
            yield shown(name), str(value)


def _drop_odd_cookies(request: HttpRequest) -> None:
    """A browser sends its cookies with each request: refusing one would lock its owner out."""
    for name, value in list(request.COOKIES.items()):
        try:
            refuse_text(f"{name}{value}", field=name)
        except TextRefused:
            del request.COOKIES[name]
