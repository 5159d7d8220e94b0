"""Django's entry for this package."""

import gc
from typing import Final

from django.apps import AppConfig

LOOK_AFTER: Final = (20_000, 20, 50)  # objects made, and rounds of the younger generations, before Python looks for what nobody holds


class CommunityConfig(AppConfig):
    """The composition root: processes and commands that belong to no single package."""

    name = "community"
    label = "community"

    def ready(self) -> None:
        """What is loaded by now stays: Python need not look through it again, least of all after every 700 objects of a file."""
        gc.freeze()
        gc.set_threshold(*LOOK_AFTER)
