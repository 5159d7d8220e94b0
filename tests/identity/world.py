"""Visitors who try to sign in, and what they are sent."""

from __future__ import annotations

import re
from datetime import datetime

from core.channels.services import inbox
from identity.models import User
from identity.services import check_code, send_code
from identity.visitors import Visitor

HERE, ELSEWHERE = "203.0.113.0/24", "198.51.100.0/24"


def stranger(network: str = HERE) -> Visitor:
    """A browser that nobody saw before."""
    return Visitor.new(network=network)


def newest_code() -> str:
    """The code in the newest text message."""
    found = re.search(r"\d{6}", inbox(most=1)[0].text)
    assert found
    return found.group()


def sent_code(phone: str, visitor: Visitor, *, at: datetime) -> str:
    """Ask for a code, and read it."""
    send_code(phone=phone, visitor=visitor, at=at)
    return newest_code()


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def known_browser(phone: str, *, at: datetime, network: str = HERE) -> tuple[User, Visitor]:
    """A browser on which the phone's user has signed in."""
    visitor = stranger(network)
    user = check_code(phone=phone, visitor=visitor, typed=sent_code(phone, visitor, at=at), at=at)
    return user, visitor.having(user)
