"""What ends the trial."""

from __future__ import annotations


class TrialFailed(Exception):
    """A figure is not what it has to be; the message says which."""
