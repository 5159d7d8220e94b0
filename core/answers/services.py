"""
A form that acts does so once.

Its page carries a key. The deed takes the key and keeps in the same transaction what it answered. The same key again, even at
the same moment, waits for that transaction and gets the first answer.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.answers.models import KeptAnswer
from core.errors import DomainError, ErrorKind
from core.ids import moment_of
from core.limits import ANSWERS_PER_SWEEP, FORM_AGE
from core.shown import ChangedSinceShown


class FormTooOld(DomainError):
    """The page was opened so long ago that nobody remembers whether it was sent before."""

    code = "form_too_old"
    kind = ErrorKind.CONFLICT
    message = _("This page was opened more than a day ago. Nothing was done. Open it again.")


def take_key(*, user_id: int, key: str, at: datetime) -> tuple[KeptAnswer, bool]:
    """
    The answer to this key, and whether it is still to be given: then the caller acts, and keeps what it answered.

    :raises ChangedSinceShown: if no page of ours carried such a key.
    :raises FormTooOld: if the page is older than answers are kept.
    """
    assert transaction.get_connection().in_atomic_block, "the key is taken with the deed"
    try:
        made = UUID(key)
    except ValueError:
        raise ChangedSinceShown from None
    if moment_of(made) < at - FORM_AGE:
        raise FormTooOld
    return KeptAnswer.objects.get_or_create(user_id=user_id, key=made, defaults={"at": at})


def keep_answer(taken: KeptAnswer, *, answer: str | None) -> None:
    """Keep what the deed answered; None if nothing was done, and the key is free again."""
    if answer is None:
        taken.delete()
    else:
        taken.answer = answer
        taken.save(update_fields=["answer"])


def forget_old_answers(*, at: datetime) -> int:
    """Delete a batch of the answers whose pages are too old to be sent again; how many."""
    old = KeptAnswer.objects.filter(at__lt=at - FORM_AGE).order_by("at").values("pk")[:ANSWERS_PER_SWEEP]
    deleted, _by_model = KeptAnswer.objects.filter(pk__in=old).delete()
    return deleted
