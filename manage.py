"""Django's command line. Embedded, it starts the database if nobody did, and stops it if nobody else uses it."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")


def main() -> None:
    """Run one command."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from core.characters import named, unwritable_place

    for number, argument in enumerate(sys.argv[1:], start=1):
        if (place := unwritable_place(argument)) is not None:
            sys.exit(
                f"Argument {number} has what is no character of UTF-8 in place {place + 1}: {named(argument[place])}. Write it otherwise."
            )
    try:
        from community import config
        from community.local import embedded
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
