"""The words of this package."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a till came to know the resident."""

    CODE = "code", _("scanned code")
    TYPED = "typed", _("typed digits")


AT_A_TILL: Final = (Way.CODE, Way.TYPED)  # a cashier stood there, and the code came from a phone
