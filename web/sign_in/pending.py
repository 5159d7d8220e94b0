"""What a session remembers between asking for a code and typing it. The number lies there sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from django.http import HttpRequest

from core.secrets import decrypt_text, encrypt_text

IN_SESSION: Final = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The number that a code was asked for, and whether only numbers with a user get one just now."""

    phone: str
    only_to_known: bool

    def keep(self, request: HttpRequest) -> None:
        """Remember it in the session."""
        request.session[IN_SESSION] = {"phone": encrypt_text(self.phone), "only_to_known": self.only_to_known}

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """What the session remembers, if a code was asked for."""
        told = request.session.get(IN_SESSION)
        return None if told is None else cls(phone=decrypt_text(told["phone"]), only_to_known=told["only_to_known"])

    @staticmethod
    def forget(request: HttpRequest) -> None:
        """It was right, and is of no more use."""
        request.session.pop(IN_SESSION, None)
