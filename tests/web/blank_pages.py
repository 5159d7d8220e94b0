"""A template loader whose every page is blank: who gets a page matters here, not what is on it; drawing them all takes a minute."""

from __future__ import annotations

from collections.abc import Iterator

from django.template import Origin
from django.template.loaders.base import Loader


class BlankLoader(Loader):
    """Finds every template, and nothing in it."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        """One, wherever."""
        yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Origin) -> str:  # noqa: ARG002 - Django's
        """Nothing."""
        return ""
