"""
Text that people and partners' systems send: what is let in. Every edge asks here, whatever the text came in.

Numbers that people type are in `core.numbers`.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.characters import named, refused_place, unwritable_place
from core.errors import DomainError, ErrorKind


class TextRefused(DomainError):
    """A text that can't be taken as it is."""

    kind = ErrorKind.INVALID


class CharacterRefused(TextRefused):
    code = "character_refused"
    message = _("The field “%(field)s” has a character that is not text: %(character)s, in place %(place)s. Remove it.")


def refuse_text(text: str, *, field: str) -> None:
    """
    Let text pass that is one line of text; rare and private characters are text.

    :raises CharacterRefused: if it has a control, half a character, a mark of direction, a line break or a noncharacter.
    """
    place = refused_place(text)
    if place is not None:
        raise CharacterRefused(field=field, character=named(text[place]), place=place + 1)


def refuse_unwritable(text: str, *, field: str) -> None:
    """
    Let text pass that can be kept and said back, for the edge where it isn't known yet what it is for.

    :raises CharacterRefused: if it has a control, half a character or a noncharacter.
    """
    place = unwritable_place(text)
    if place is not None:
        raise CharacterRefused(field=field, character=named(text[place]), place=place + 1)
