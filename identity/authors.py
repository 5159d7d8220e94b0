"""Who did it: the column that a row keeps of its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable
    from django.utils.functional import _StrPromise

    from identity.models import User


def author(verbose_name: str | _StrPromise) -> models.ForeignKey[User | Combinable | None, User | None]:
    """A key to whoever did it, set by services alone; null where it was nobody, or is not known."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        verbose_name=verbose_name,
    )
