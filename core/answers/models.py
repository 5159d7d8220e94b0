"""The table of what forms answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """
    What one form answered when it acted for a user. `key` is the one that its page carried.

    `answer` is the caller's own text; it is empty only inside the transaction of the deed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False)
    key = models.UUIDField()
    at = models.DateTimeField()
    answer = models.TextField(default="")

    class Meta:
        db_table = "core_kept_answer"
        indexes: ClassVar = [models.Index(fields=["at"], name="core_kept_answer_at")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="core_kept_answer_once")]

    def __str__(self) -> str:
        return f"answer {self.key}"
