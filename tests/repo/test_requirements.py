"""Every package is pinned exactly, and every one that we ask for has its reason."""

from __future__ import annotations

import re

import pytest

from tests.repo.sources import ROOT

WITH_A_REASON = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z,-]+\])?==[0-9][^\s]*  # \S.+$")
PINNED = re.compile(r"^[A-Za-z0-9._-]+==[0-9]\S*$")


def packages(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_package_is_pinned_with_a_reason(name: str) -> None:
    assert [line for line in packages(name) if not WITH_A_REASON.match(line)] == []


def test_what_they_bring_along_is_pinned() -> None:
    assert [line for line in packages("constraints.txt") if not PINNED.match(line)] == []


def test_each_package_asked_for_has_the_same_pin_in_the_constraints() -> None:
    asked = {
        re.sub(r"\[.*\]", "", line.split()[0]).lower() for name in ("requirements.txt", "requirements-dev.txt") for line in packages(name)
    }

    assert asked - {line.lower() for line in packages("constraints.txt")} == set()
