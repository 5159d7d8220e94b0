"""Python looks for garbage seldom: files of events are hundreds of thousands of objects."""

from __future__ import annotations

import gc


def test_garbage_is_looked_for_seldom() -> None:
    assert gc.get_threshold()[0] == 20_000
