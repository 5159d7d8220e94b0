"""Starting everything and ending everything, as a person at a terminal does it."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from community.local import embedded
from tests.community.servers import a_var_folder, connect_as_app, is_running, server_pid
from tests.waiting import PATIENCE_SECONDS, wait_until
from tools.bench.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"web": "granian", "worker": "worker", "beat": "beat", "relay": "relay", "sealer": "sealer"}
NOT_PASSED_ON = ("PYTEST", "DJANGO", "DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")
DEMO_DAYS = 12  # transfers of the West Bank become spendable after seven
HALF_FULL, KEEP = (
    "INSERT INTO outbox_outboxevent (topic, payload, made_at, tries, next_try_at, last_error)"
    f" VALUES ('{topic}', '{{}}', now(), 0, 'infinity', '')"
    for topic in ("half-full", "kept")
)


def environment(var: Path) -> dict[str, str]:
    """Ours, for that installation."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    return {**ours, "VAR_DIR": str(var), "DEMO_DAYS": str(DEMO_DAYS)}


@contextmanager
def started(var: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Everything, started, with what it says to be read from its `stdout`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "community.local.processes"],
        cwd=ROOT,
        env={**environment(var), "PORT": str(port), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"it never said {words!r}, but: {said}")


def commands_of(var: Path) -> dict[int, str]:
    """The running processes that were started for this installation, whoever their parent is now."""
    mark = f"VAR_DIR={var}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0") and is_running(int(folder.name)):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


@pytest.mark.long
def test_everything_starts_after_an_interruption_leaves_nothing_behind_and_keeps_the_data() -> None:
    with a_var_folder() as var:
        first_start_is_killed(var)
        start_look_around_and_end(var)

        assert commands_of(var) == {}
        assert list(place_of(var).socket.glob(".s.PGSQL*")) == []
        start_for_phones_and_play_the_demo(var)
        assert commands_of(var) == {}


def first_start_is_killed(var: Path) -> None:
    """As if in the middle of the demo: what it left half full must go."""
    with started(var, free_port()) as process:
        read_until(process, "3/5")
        process.kill()
    with embedded.server(var=var):
        ask(var, HALF_FULL)
    (var / "demo.unfinished").touch()


def start_look_around_and_end(var: Path) -> None:
    port = free_port()
    with started(var, port) as process:
        read_until(process, "Ctrl-C ends everything")
        running = " ".join(commands_of(var).values())
        assert {name for name, words in NAMES.items() if words not in running} == set()
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.read() == b"ok\n"
        assert ask(var, "SELECT count(*) FROM outbox_outboxevent WHERE topic = 'half-full'") == 0
        assert not (var / "demo.unfinished").exists()
        ask(var, KEEP)
        a_second_start_says_so(process, var)
        what_dies_is_started_again("relay", var)
        database = server_pid(place_of(var))
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said
    assert said.endswith("Everything has ended.\n")
    assert not is_running(database)
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS):
        pass


def start_for_phones_and_play_the_demo(var: Path) -> None:
    port = free_port()
    with started(var, port, PHONE="1", HOST="127.0.0.1") as process:
        said = read_until(process, "Who reaches this network")
        assert ask(var, "SELECT count(*) FROM outbox_outboxevent WHERE topic = 'kept'") == 1
        assert f"On a phone in the same network: https://127.0.0.1:{port}/sign-in/" in said
        trusted = ssl.create_default_context(cafile=str(var / "tls" / "authority.pem"))
        with urlopen(f"https://127.0.0.1:{port}/healthz", context=trusted) as answer:
            assert answer.read() == b"ok\n"
        with urlopen(f"https://127.0.0.1:{port}/dev/certificate/", context=trusted) as answer:
            assert ssl.DER_cert_to_PEM_cert(answer.read()).split() == (var / "tls" / "authority.pem").read_text().split()
        played = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment(var), capture_output=True, text=True, check=False
        )
        assert f"The site runs at https://127.0.0.1:{port}\n" in played.stdout, played.stderr
        assert "Every morning" in played.stdout
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)


def a_second_start_says_so(first: subprocess.Popen[str], var: Path) -> None:
    with started(var, free_port()) as second:
        said, _ = second.communicate(timeout=PATIENCE_SECONDS)
    assert said == f"It is running already, as process {first.pid}. Use that one, or end it first.\n"
    assert second.returncode == 1


def what_dies_is_started_again(name: str, var: Path) -> None:
    os.kill(killed := pid_of(name, var), signal.SIGKILL)
    wait_until(lambda: pid_of(name, var) not in {0, killed}, what=f"{name} is started again")


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with a_var_folder() as var, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(var, port) as process:
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)

    assert said == f"Port {port} can't be used (Address already in use). Choose another: PORT={port + 1} python3 run.py run\n"
    assert process.returncode == 1


def place_of(var: Path) -> embedded.Place:
    place = embedded._recorded(var)
    assert place is not None
    return place


def pid_of(command: str, var: Path) -> int:
    return next((pid for pid, words in commands_of(var).items() if words.strip().endswith(f"manage.py {command}")), 0)


def ask(var: Path, statement: str) -> object:
    connection = connect_as_app(place_of(var), var)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row[0] if row else None
