"""What was counted in the present window of each counter."""

from __future__ import annotations

from django.db import models


class Counter(models.Model):
    """
    How often something was done in a window. The key is a hash, and names nobody.

    The table isn't logged: after a crash of the database all counters begin anew, and none of them costs a write to the disk.
    """

    key = models.BinaryField(primary_key=True, max_length=32)
    ends_at = models.DateTimeField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"counter {bytes(self.key).hex()[:8]}"
