"""What can be chosen of the look. An empty value is the default: as the device wishes, normal type."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

BACKGROUND: Final = "#faf6ee"  # the ground of css/tokens.css, for what the phone paints before the page


class Theme(TextChoices):
    """Light or dark."""

    SYSTEM = "system", _("Match device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Type(TextChoices):
    """The size of type; with the large one, pages show fewer things at once."""

    NORMAL = "normal", _("Normal type")
    LARGE = "large", _("Large type")
