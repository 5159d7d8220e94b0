"""For whom a command acts: `--as USERNAME`, otherwise the system itself."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from core.errors import NotFound
from identity.models import User
from identity.services import actor_named

NOBODY_THERE = 2


def add_actor(parser: ArgumentParser) -> None:
    """Let a command be told who acts; what it writes keeps that."""
    parser.add_argument("--as", dest="acting", default="", metavar="USERNAME", help="the member of staff who acts; the system if not given")


def actor_of_command(username: str) -> User:
    """
    Who acts by this name.

    :raises CommandError: if no member of staff signs in by it.
    """
    try:
        return actor_named(username=username)
    except NotFound:
        raise CommandError(f"No member of staff signs in as {username}.", returncode=NOBODY_THERE) from None
