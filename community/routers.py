"""Which login does what."""

from __future__ import annotations


class OwnerMigrates:
    """Tables are made and changed by the owner's login only."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:  # noqa: ARG002  Django's own shape
        """Whether migrations may run on this alias."""
        return db == "owner"
