"""Numbers in addresses, within what the database's numbers can reach."""

from __future__ import annotations

from django.urls import register_converter


class NumberConverter:
    """A whole number of at most 18 digits; Django's own `int` takes thousands."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_converter(NumberConverter, "number")
