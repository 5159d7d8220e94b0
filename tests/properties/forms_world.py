"""People's forms and queries, found by walking: pages are asked for, their forms read, and what views read of a request noted."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.test import Client
from django.urls import get_resolver, resolve

from tests.web.test_access_matrix import routes
from tests.web.test_any_address import EVEN, PLACE, PLACE_CUT

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
TOKEN: Final = "csrfmiddlewaretoken"
ENTRANCES: Final = ("/admin/login/", "/admin/password_change/")  # of the desk, what isn't a page about rows
FIELD: Final = re.compile(r"(\w+) \((text|whole number)\)")
# what changes by asking and by being refused: who is signed in, and the counts of those who try
MOVES: Final = frozenset(
    {
        "sessions.session",
        "identity.opensession",
        "identity.signincode",
        "audit.securityevent",
        "counting.counter",
        "residents.claimtry",
        "residents.giftday",
    }
)
READ: Final[dict[str, set[str]]] = defaultdict(set)  # method and route -> names that the view looked for


class Watched(QueryDict):
    """What a request brought, noting which names are looked for."""

    seen: set[str]

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The last value."""
        self.seen.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        """All values."""
        self.seen.add(key)
        return super().getlist(key, default)


class Watch:
    """The last of the middlewares, so that only what views look for is noted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put watched ones in place of query and form."""
        route = resolve(request.path_info).route
        request.GET = _watched(request.GET, READ[f"GET {route}"])  # type: ignore[assignment]
        request.POST = _watched(request.POST, READ[f"POST {route}"])  # type: ignore[assignment]
        return self.get_response(request)


def _watched(given: QueryDict, seen: set[str]) -> Watched:
    watched = Watched(mutable=True)
    for name, values in given.lists():
        watched.setlist(name, values)
    watched.seen = seen
    return watched


@dataclass(frozen=True)
class Sent:
    """A form, or a body of JSON, as somebody would send it."""

    who: str
    path: str
    kind: str
    values: dict[str, Any] = field(compare=False)

    def spoiled(self, odd: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """The values with something odd in each field, and as the name of one."""
        for name in self.values:
            if name != TOKEN:
                yield name, {**self.values, name: odd}
        yield "", {**self.values, str(odd)[:200]: "1"}


class Forms(HTMLParser):
    """The forms of a page, with what a browser would send of each if nobody typed anything."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str], dict[str, str]]] = []
        self.select = ""
        self.is_open = False

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        self.is_open = self.is_open and tag != "form"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the one that is open."""
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((about, {}))
            self.is_open = True
        elif tag == "select":
            self.select = about.get("name", "")
        if not self.is_open:
            return
        _form, values = self.found[-1]
        if tag in {"input", "button", "textarea", "select"} and about.get("name"):
            if about.get("type") not in {"radio", "checkbox"} or "checked" in about or about["name"] not in values:
                values[about["name"]] = about.get("value", "")
        elif tag == "option" and self.select and about.get("value") and not values.get(self.select):
            values[self.select] = about["value"]


@dataclass
class People:
    """Browsers by whose they are, and what fits in fields by their names."""

    clients: dict[str, Client]
    samples: dict[str, Any]
    base: dict[str, str]  # what stands in each table, to which each answer goes back

    def sample(self, path: str, name: str) -> Any:
        """What fits in a field."""
        return self.samples.get(f"{path} {name}", self.samples.get(name, "1"))

    def send(self, sent: Sent, values: dict[str, Any]) -> tuple[Any, set[str], list[str]]:
        """The answer, which tables changed with it, and rows of them that are no text; afterwards nothing has happened."""
        body = json.dumps(values) if sent.kind == JSON else urlencode(values, errors="surrogatepass")
        return self._ask(sent.who, lambda client: client.post(sent.path, body, content_type=sent.kind))

    def get(self, who: str, path: str) -> Any:
        """The page at an address."""
        with transaction.atomic():
            answer: Any = self.clients[who].get(path)
            if answer.streaming:
                answer.getvalue()
            transaction.set_rollback(True)
        return answer

    def _ask(self, who: str, ask: Callable[[Client], Any]) -> tuple[Any, set[str], list[str]]:
        client = self.clients[who]
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            answer = ask(client)
            after = rows()
            changed = {name for name in after if self.base[name] != after[name]} - MOVES
            texts = [text for name in changed for text in contents(name)]
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer, changed, texts


def rows() -> dict[str, str]:
    """What stands in each table, in one figure each."""
    tables = {model._meta.label_lower: model._meta.db_table for model in apps.get_models() if model._meta.managed}
    figures = " union all ".join(
        f"select '{label}', md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) from {table} t"
        for label, table in tables.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(figures)
        return dict(cursor.fetchall())


def contents(label: str) -> list[str]:
    """The texts of a table's rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"select t::text from {apps.get_model(label)._meta.db_table} t")
        return [text for (text,) in cursor.fetchall()]


def pages(fitting: dict[str, str]) -> list[str]:
    """Every address of people's pages and scripts, with what fits in its places; and the ways in and out of the desk."""
    served = ["/" + route for route in routes(get_resolver()) if not route.startswith(("api/", "admin/"))]
    return [PLACE.sub(lambda place: _fit(place, fitting), path) for path in served] + list(ENTRANCES)


def odd_paths(fitting: dict[str, str], odd: str) -> list[tuple[str, str]]:
    """The same addresses with something odd in each place."""
    found = []
    for route in routes(get_resolver()):
        if route.startswith(("api/", "admin/")):
            continue
        places = list(PLACE.finditer(route))
        for chosen in places:
            words = [quote(odd, safe="", errors="surrogatepass") if place is chosen else _fit(place, fitting) for place in places]
            path = "/" + "".join(text for pair in zip(PLACE_CUT.split(route), [*words, ""], strict=True) for text in pair)
            found.append((whose(path)[0], path))
    return found


def whose(path: str) -> tuple[str, ...]:
    """Those who get furthest there."""
    beginnings = {"/merchant/": ("bakery",), "/admin/": ("nobody", "operator"), "/sign-in/": ("nobody", "asked", "mei")}
    return next((who for beginning, who in beginnings.items() if path.startswith(beginning)), ("mei", "newcomer", "nobody"))


def _fit(place: re.Match[str], fitting: dict[str, str]) -> str:
    return fitting.get(place[0], EVEN.get(place[1] or "", "1"))


def walk(people: People, paths: list[str]) -> tuple[list[Sent], list[tuple[str, str]]]:
    """All that can be sent, and the queries that pages read as (who, path with the name and an equals sign)."""
    READ.clear()
    sent: dict[tuple[str, str, frozenset[str]], Sent] = {}
    queries: dict[tuple[str, str], tuple[str, str]] = {}
    waiting = [(who, path) for path in paths for who in whose(path)]
    asked: set[tuple[str, str]] = set()
    while waiting:
        who, path = waiting.pop(0)
        if (who, path) in asked or len(asked) > 1000:
            continue
        asked.add((who, path))
        answer = people.get(who, path)
        if 300 <= answer.status_code < 400:
            continue
        route = resolve(urlsplit(path).path).route
        for name in READ[f"GET {route}"]:
            queries.setdefault((route, name), (who, f"{urlsplit(path).path}?{quote(name)}="))
        for one in [*_forms_of(people, who, path, answer), *_body_of(people, who, path)]:
            key = (resolve(one.path).route, one.kind, frozenset(one.values))
            if key in sent:
                continue
            sent[key] = one
            done, _changed, _texts = people.send(one, one.values)
            if 300 <= done.status_code < 400:
                waiting.append((who, done.headers["Location"]))
    for one in sent.values():  # what views look for that no form brings
        for name in READ[f"POST {resolve(one.path).route}"] - {TOKEN} if one.kind == FORM else ():
            one.values.setdefault(name, people.sample(one.path, name))
    return list(sent.values()), list(queries.values())


def _forms_of(people: People, who: str, path: str, answer: Any) -> Iterator[Sent]:
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    parser = Forms()
    parser.feed(answer.content.decode())
    for about, values in parser.found:
        target = urlsplit(about.get("action") or path).path
        filled = {name: value or people.sample(target, name) for name, value in values.items() if name != TOKEN}
        if about.get("method", "get").lower() == "post":
            yield Sent(who, target, FORM, filled)


def _body_of(people: People, who: str, path: str) -> Iterator[Sent]:
    """What a script sends there: the refusal of an empty body names the fields."""
    if not hasattr(resolve(urlsplit(path).path).func, "answers_json"):
        return
    told, _changed, _texts = people.send(Sent(who, path, JSON, {}), {"nothing": 1})
    if told.status_code == 400 and told.json()["code"] == "body_not_valid":
        for shape in told.json()["fields"].split(" | "):
            values = {name: people.samples.get(name, 1 if kind == "whole number" else "1") for name, kind in FIELD.findall(shape)}
            yield Sent(who, path, JSON, values)


def watched_middleware() -> list[str]:
    """The middlewares with ours behind them."""
    return [*settings.MIDDLEWARE, f"{Watch.__module__}.{Watch.__qualname__}"]
