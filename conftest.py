"""What every test stands on. The cast is in tests/conftest.py."""

from tests.database import django_db_setup

__all__ = ("django_db_setup",)
