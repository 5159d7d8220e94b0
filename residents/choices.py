"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Correction(models.TextChoices):
    """Which way a resident's points are corrected, by the keys of the request's payload."""

    GIVE = "give", _("points to give")
    TAKE = "take", _("points to take")
