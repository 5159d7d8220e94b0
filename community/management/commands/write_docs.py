"""Write the tables in docs/ that are made from the code."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from community.documents import errors_table, settings_table, write_table


class Command(BaseCommand):
    """Write docs/settings.md's and docs/errors.md's tables anew."""

    help = "Write the tables in docs/ that are made from the code."

    def handle(self, *args: object, **options: object) -> None:
        docs = settings.BASE_DIR / "docs"
        write_table(docs / "settings.md", settings_table())
        write_table(docs / "errors.md", errors_table())
        self.stdout.write("Wrote the tables in docs/settings.md and docs/errors.md.")
