"""Closed days cite the sealed log: a checkpoint over all their numbers that enough witnesses have cosigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.limits import DAYS_CITED_AT_ONCE
from points.log.checkpoints import Checkpoint, cosigned_checkpoint_over, signed_over, witness_keys
from settlements.models import BusinessDay, DayCheckpoint


def cite_checkpoints(*, at: datetime) -> int:
    """
    Let closed days that cite nothing yet cite the first checkpoint that suffices; returns how many do now.

    A day whose witnesses are away stays as it is and is asked about again; its statements are final all the same.
    """
    cited = 0
    for day in BusinessDay.objects.filter(cites=None).order_by("day")[:DAYS_CITED_AT_ONCE]:
        checkpoint = cosigned_checkpoint_over(number=max(day.number_upto, 1))
        if checkpoint is None:
            break  # later days need larger checkpoints
        cited += _cite(day, checkpoint, at)
    return cited


def _cite(day: BusinessDay, checkpoint: Checkpoint, at: datetime) -> bool:
    known = {key.name for key in witness_keys()}
    witnesses = sorted({each.witness for each in checkpoint.cosignatures} & known)
    cited = {"size": checkpoint.size, "witnesses": witnesses, "asked": settings.LOG_QUORUM, "known": len(known), "cited_at": at}
    _row, made = DayCheckpoint.objects.get_or_create(day=day, defaults=cited)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What stands behind a closed day: `signed` of `known` witnesses, where `asked` must have; `size` is None while it waits."""

    size: int | None
    signed: int
    known: int
    asked: int
    witnesses: Sequence[str] = ()

    @property
    def count(self) -> str:
        """How many of how many, in words."""
        if not self.known:
            return _("no bank yet")
        said = ngettext(
            "%(signed)s of %(known)s witness (asked for: %(asked)s)", "%(signed)s of %(known)s witnesses (asked for: %(asked)s)", self.known
        )
        return said % {"signed": self.signed, "known": self.known, "asked": self.asked}

    def __str__(self) -> str:
        said = {"size": self.size, "count": self.count, "names": ", ".join(self.witnesses)}
        if self.size is None and not self.known:
            return _("Not signed yet: the day is closed, and cites the sealed log as soon as the log has signed it.")
        if self.size is None:
            return _("Waiting for witnesses: %(count)s. The day is closed, and cites the sealed log when enough have signed.") % said
        if not self.known:
            return _("In the first %(size)s leaves of the sealed log, signed by the log; there were no witnesses.") % said
        if not self.witnesses:
            return _("In the first %(size)s leaves of the sealed log, signed by the log; cosigned by %(count)s.") % said
        return _("In the first %(size)s leaves of the sealed log, cosigned by %(count)s: %(names)s.") % said


def citation_of(*, day: BusinessDay) -> Citation:
    """Which signed state of the sealed log a closed day cites, and how many witnesses stand behind it; or how far it waits."""
    cited = DayCheckpoint.objects.filter(day=day).first()
    if cited is None:
        signed = signed_over(number=max(day.number_upto, 1))
        return Citation(size=None, signed=signed, known=len(witness_keys()), asked=settings.LOG_QUORUM)
    return Citation(size=cited.size, signed=len(cited.witnesses), known=cited.known, asked=cited.asked, witnesses=tuple(cited.witnesses))
