"""What the demo's made-up staff sign in with."""

from __future__ import annotations

from typing import Final

DEMO_PASSWORD: Final = "open-the-neighborhood"  # noqa: S105  for trying: only users that the demo made up have it
