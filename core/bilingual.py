"""
Names in two languages: the one their bank gave them, and one in English for people who read English.

Two columns and no table of translations: there are two languages, and a name comes with its row, without another query.
What is sealed, kept as a fact or told to partners' systems has no reader; it says `name`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.limits import NAME


class Bilingual(models.Model):
    """Something with a name in the language of its bank and, if it has one, in English."""

    name = models.CharField(_("name"), max_length=NAME)
    name_en = models.CharField(
        _("name in English"),
        max_length=NAME,
        blank=True,
        default="",
        db_default="",
        help_text=_("Shown to people who read English. If it is empty, they see the other name."),
    )

    class Meta:
        abstract = True

    @property
    def display_name(self) -> str:
        """The name as the reader of the moment reads it."""
        return name_to_read(self.name, self.name_en)


def name_to_read(name: str, name_en: str) -> str:
    """One of the two: the one in English for whoever reads English, where there is one."""
    return name_en if name_en and _in_english() else name


def read_name(prefix: str = "") -> F | Coalesce:
    """The same in a query, to order by; `prefix` leads to the row, as in `outlet__`."""
    name, name_en = F(f"{prefix}name"), F(f"{prefix}name_en")
    return Coalesce(NullIf(name_en, Value("")), name) if _in_english() else name


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
