"""Django's command line. Embedded, it starts the database if nobody did, and stops it if nobody else uses it."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")


def main() -> None:
    """Run one command."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        from community import config, embedded
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if not config.EMBEDDED:
        execute_from_command_line(sys.argv)
        return
    try:
        with embedded.server(var=config.VAR_DIR):
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
