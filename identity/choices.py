"""The words of this package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """The languages the platform speaks."""

    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")
