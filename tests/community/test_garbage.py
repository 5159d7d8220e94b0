"""Python looks for garbage seldom, and not among what stays."""

from __future__ import annotations

import gc

from community.apps import LOOK_AFTER


def test_what_is_loaded_at_the_start_is_left_alone() -> None:
    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold() == LOOK_AFTER
