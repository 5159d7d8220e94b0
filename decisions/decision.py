"""
A kind of approval, declared once: in the file that carries it out.

`community/wiring.py` collects all of them, and `settings.DECISIONS` says where. A new setting decided by two people is one file with its
`Decision`, its name in that list, and a button on the page of the row it is about (`decisions.ask_admin`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from branches.access import MANAGERS
from branches.choices import Role
from core.errors import Outcome
from decisions.forms import AskForm

if TYPE_CHECKING:
    from decisions.models import Approval

T = TypeVar("T")


class CarryOut(Protocol[T]):
    """Does what was approved, inside a transaction; raises only what must undo everything."""

    def __call__(self, approval: Approval, *, at: datetime) -> Outcome[T]:
        """Do it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[T]):
    """
    What one person asks for and another one decides.

    `action` is the name under which approvals of this kind are kept, `label` how pages call it. `asked_by` and `decided_by`
    name the roles, each at their own places. `ask` takes the maker, the row, the time and what the form holds. `version_of`
    reads the target as it is now: if it is no longer the version that the request was about, nothing is carried out. `form`
    asks for the payload, and its labels name the payload's keys; `labels` names the keys that are no fields.
    """

    action: str
    label: Promise | str
    asked_by: frozenset[Role]
    decided_by: frozenset[Role]
    ask: Callable[..., Approval]
    version_of: Callable[[Approval], str]
    carry_out: CarryOut[T]
    form: type[AskForm]
    labels: Mapping[str, Promise | str] = field(default_factory=dict)

    def label_of(self, key: str) -> Promise | str:
        """What pages call a key of the payload."""
        return self.labels.get(key) or self.form.base_fields[key].label or key


@cache
def declared() -> dict[str, Decision[Any]]:
    """The kinds there are, by their action."""
    kinds: tuple[Decision[Any], ...] = import_string(settings.DECISIONS)
    assert all(kind.decided_by <= MANAGERS for kind in kinds), "the page of approvals offers its buttons to managers"
    by_action = {kind.action: kind for kind in kinds}
    assert len(by_action) == len(kinds), "one name for one kind"
    return by_action
