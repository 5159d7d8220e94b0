"""What was sent, kept only where no real channel is set: the embedded inbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Message(models.Model):
    """One text message that an embedded system shows instead of sending. Number and text are sealed."""

    phone_encrypted = models.TextField()
    text_encrypted = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-made_at"], name="channels_message_newest")]

    def __str__(self) -> str:
        return f"message #{self.pk}"
