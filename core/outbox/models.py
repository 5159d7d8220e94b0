"""News that still has to be delivered. A row is there while the work is to do."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OutboxEvent(models.Model):
    """One piece of news, written in the transaction of the fact it tells of."""

    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_try_at", "id"], name="outbox_event_due")]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
