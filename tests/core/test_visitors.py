"""Whose request it is, behind as many proxies as the installation says."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from core.visitors import network_of, visitor_address
from tests.repo.sources import ROOT, python_files

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "visitor"),
    [
        (0, None, PEER),
        (0, "203.0.113.7", PEER),  # nobody was said to be in front: the header is the visitor's invention
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "127.0.0.1, 198.51.100.1,203.0.113.7", "203.0.113.7"),  # invented entries stand in front
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", PEER),  # passed by one proxy only
        (1, None, PEER),
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, "203.0.113.7, _hidden", PEER),
        (1, "203.0.113.7,", PEER),
        (1, "300.1.1.1", PEER),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, " [2001:db8::7]:443 ", "2001:db8::7"),
        (1, "[2001:DB8:0::7]", "2001:db8::7"),
        (1, "2001:db8::7%eth0", "2001:db8::7"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "x" * 100_000, PEER),
    ],
)
def test_the_outermost_proxy_says_who_visits(settings: Settings, proxies: int, forwarded: str | None, visitor: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": PEER} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})

    assert visitor_address(meta) == visitor


@pytest.mark.parametrize("peer", ["", "unix:/run/web.sock"])
def test_a_server_that_knows_no_peer_has_unknown_visitors(peer: str) -> None:
    assert visitor_address({"REMOTE_ADDR": peer}) == network_of(visitor_address({})) == "unknown"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.254", "203.0.113.0/24"),
        ("203.0.114.7", "203.0.114.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("2001:db8:1:3ff::7", "2001:db8:1:300::/56"),
    ],
)
def test_addresses_of_one_network_count_together(address: str, network: str) -> None:
    assert network_of(address) == network


def test_nothing_else_reads_where_a_request_comes_from() -> None:
    said = ("REMOTE_ADDR", "X_FORWARDED_FOR", "X-Forwarded-For")
    readers = {path.relative_to(ROOT).as_posix() for path in python_files() if any(word in path.read_text() for word in said)}

    assert {path for path in readers if not path.startswith("tests/")} <= {
        "core/visitors.py",
        "community/config.py",
        "web/trial.py",  # who is the direct peer: only a trial's own machine
    }
    assert "core/visitors.py" in readers
