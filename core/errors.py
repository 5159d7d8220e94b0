"""Outcomes the business expects, typed. Interfaces turn them into problems, messages or row errors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Generic, NoReturn, TypeVar

from django.utils.translation import gettext_lazy as _

from core.characters import shown

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

T = TypeVar("T")


class ErrorKind(StrEnum):
    """How an interface answers: which HTTP status, which exit."""

    INVALID = "invalid"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    LIMITED = "limited"
    BUSY = "busy"
    FAULT = "fault"  # nobody expected it


class DomainError(Exception):
    """An outcome the business expects. `code` is a promise to API clients; `message` is for people, translated."""

    code: ClassVar[str]
    kind: ClassVar[ErrorKind]
    message: ClassVar[StrPromise | str]

    def __init__(self, **details: int | str) -> None:
        # often they say back what someone sent, and an answer must be writable whatever that was
        self.details = {name: shown(value) if isinstance(value, str) else value for name, value in details.items()}
        super().__init__(self.details)

    def __str__(self) -> str:
        return str(self.message) % self.details


class NotFound(DomainError):
    """There is no such thing, or it is none of the actor's: the same answer to both."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("There is nothing here by that name.")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a service returns from its transaction when it did its work."""

    value: T

    def or_raise(self) -> T:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Refused:
    """What a service returns from its transaction when it refused: the transaction commits, then this is raised."""

    error: DomainError

    def or_raise(self) -> NoReturn:
        """
        Raise the refusal, after the commit.

        :raises DomainError: always.
        """
        raise self.error


Outcome = Done[T] | Refused
