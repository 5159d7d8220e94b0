"""What a hand in the database would do, with everyone looking on; and then it never happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper


@contextmanager
def undone_by_the_owner() -> Iterator[CursorWrapper]:
    """The owner's cursor in a transaction that is rolled back; meanwhile every query of this thread goes through it."""
    usual, owner = connections["default"], connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        connections["default"] = owner
        try:
            yield cursor
        finally:
            connections["default"] = usual
            transaction.set_rollback(True, using="owner")
