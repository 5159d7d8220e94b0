"""The embedded server: who gets in, what it touches, how it survives."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from community.local import embedded
from community.local.embedded_binaries import Runner
from community.local.secrets_file import embedded_secrets
from tests.community.servers import a_var_folder, connect, connect_as_app, is_running, modes_above, server_pid
from tests.programs import next_line, running
from tests.waiting import PATIENCE_SECONDS, wait_until

NOBODY = 65534
KNOCK = """
import os, sys, socket
os.setgroups([]); os.setgid(65534); os.setuid(65534)
path = sys.argv[1]
try:
    knock = socket.socket(socket.AF_UNIX); knock.connect(path)
    print("in")
except OSError as error:
    print(type(error).__name__)
"""
as_root = pytest.mark.skipif("os.geteuid() != 0", reason="only root can become another user")


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    with a_var_folder() as folder:
        yield folder


@pytest.fixture
def place(var: Path) -> Iterator[embedded.Place]:
    with embedded.server(var=var) as running:
        yield running


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def socket_file(place: embedded.Place) -> Path:
    return place.socket / ".s.PGSQL.5432"


def test_folders_are_closed_and_secrets_unreadable_to_others(place: embedded.Place, var: Path) -> None:
    assert [oct(mode(folder)) for folder in (var, place.data, place.socket, place.log.parent)] == ["0o700"] * 4
    assert oct(mode(var / "secrets.json")) == "0o600"
    assert oct(mode(socket_file(place))) == "0o700"


def test_no_tcp_port_is_open(place: embedded.Place, var: Path) -> None:
    with connect_as_app(place, var) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('listen_addresses'), current_setting('port')")
        ((addresses, port),) = cursor.fetchall()
    assert addresses == ""
    for host in ("127.0.0.1", "::1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe, pytest.raises(OSError, match=r"refused|unavailable|assign"):
            probe.connect((host, int(port)))


def test_passwords_are_asked_for_and_kept_by_scram(place: embedded.Place, var: Path) -> None:
    secrets = embedded_secrets(var=var)
    with connect(place, user=embedded.SUPERUSER, password=secrets["postgres"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert cursor.fetchall() == [("scram-sha-256",)]
        cursor.execute("SELECT left(rolpassword, 14) FROM pg_authid WHERE rolcanlogin")
        assert cursor.fetchall() == [("SCRAM-SHA-256$",)] * 3
    connection.close()
    for user in (embedded.SUPERUSER, embedded.OWNER, embedded.APP):
        for wrong in ("wrong", ""):
            with pytest.raises(psycopg2.OperationalError, match="password"):
                connect(place, user=user, password=wrong)


def test_data_is_safe_on_disk_and_sorted_alike_everywhere(place: embedded.Place, var: Path) -> None:
    with connect_as_app(place, var) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("on", "on", "on")
        cursor.execute("SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("UTF8", "C.UTF-8")


@as_root
def test_another_local_user_cannot_even_knock(place: embedded.Place) -> None:
    knock = [sys.executable, "-c", KNOCK, str(socket_file(place))]
    # Python itself may be in a folder that the other user can't read, so it becomes that user only once it runs.
    said = subprocess.run(knock, capture_output=True, text=True, check=True, cwd="/").stdout

    assert said == "PermissionError\n"


@as_root
def test_the_knock_would_get_in_if_the_folder_were_open(tmp_path_factory: pytest.TempPathFactory) -> None:
    with a_var_folder() as folder:
        folder.mkdir(mode=0o755)
        path = folder / "door"
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(path))
            path.chmod(0o777)
            door.listen()
            said = subprocess.run([sys.executable, "-c", KNOCK, str(path)], capture_output=True, text=True, check=True, cwd="/").stdout

    assert said == "in\n"


@as_root
def test_started_by_root_it_runs_as_a_user_that_nobody_else_is(place: embedded.Place) -> None:
    uid = Path(f"/proc/{server_pid(place)}").stat().st_uid

    assert uid not in {0, NOBODY}
    assert uid == place.data.stat().st_uid
    with pytest.raises(KeyError):
        __import__("pwd").getpwuid(uid)


def test_no_folder_of_others_changes_its_mode() -> None:
    with a_var_folder() as folder:
        before = modes_above(folder)
        home = embedded.ROOT_HOME if os.geteuid() == 0 else folder
        before |= modes_above(home)
        with embedded.server(var=folder) as place:
            assert modes_above(folder) | modes_above(home) == before
            assert all(str(made).startswith((str(folder), str(home))) for made in (place.home, place.socket))

        assert modes_above(folder) | modes_above(home) == before


def test_a_folder_that_was_there_keeps_its_mode() -> None:
    with a_var_folder() as folder:
        folder.mkdir(mode=0o755)
        with embedded.server(var=folder):
            assert oct(mode(folder)) == "0o755"


def test_a_long_path_gets_a_private_socket_folder_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_var_folder(long=True) as folder:
        monkeypatch.setattr(embedded, "ROOT_HOME", folder.parent / "root")
        with embedded.server(var=folder) as place:
            connect_as_app(place, folder).close()
            assert place.home.is_relative_to(folder.parent)
            assert place.socket.parent != place.home
            assert oct(mode(place.socket)) == "0o700"

        assert not place.socket.exists()


def test_data_outlives_the_server_and_the_last_user_stops_it() -> None:
    with a_var_folder() as folder:
        with embedded.server(var=folder) as place:
            with embedded.server(var=folder) as same:
                pid = server_pid(place)
                assert same == place
            assert is_running(pid)
            with connect_as_app(place, folder) as connection, connection.cursor() as cursor:
                cursor.execute("CREATE TEMP TABLE mine ()")
            connection.close()
            write(place, folder, "CREATE TABLE kept AS SELECT 7 AS seven")

        assert not is_running(pid)
        assert not socket_file(place).exists()
        with embedded.server(var=folder) as place:
            assert read(place, folder, "SELECT seven FROM kept") == 7


def test_a_killed_server_starts_again_over_its_left_over_pid_file() -> None:
    with a_var_folder() as folder, embedded.server(var=folder) as place:
        write(place, folder, "CREATE TABLE kept AS SELECT 7 AS seven")
        os.kill(pid := server_pid(place), signal.SIGKILL)
        wait_until(lambda: not is_running(pid), what="the server ends")
        assert (place.data / "postmaster.pid").exists()

        with embedded.server(var=folder) as again:
            assert read(again, folder, "SELECT seven FROM kept") == 7


def test_a_pid_file_that_names_someone_else_is_not_believed() -> None:
    with a_var_folder() as folder:
        with embedded.server(var=folder) as place:
            pass
        (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n")

        with embedded.server(var=folder) as again:
            assert server_pid(again) != os.getpid()


def test_an_interrupted_first_start_is_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Runner.initdb

    def interrupted(self: Runner, folder: Path, *, superuser: str, password: str) -> None:
        make(self, folder, superuser=superuser, password=password)
        shutil.rmtree(folder / "base")
        raise KeyboardInterrupt

    with a_var_folder() as folder:
        monkeypatch.setattr(Runner, "initdb", interrupted)
        with pytest.raises(KeyboardInterrupt), embedded.server(var=folder):
            pytest.fail("it was interrupted")
        monkeypatch.undo()

        with embedded.server(var=folder) as place:
            assert read(place, folder, "SELECT 7") == 7


def test_roles_that_an_interrupted_start_left_out_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(place: embedded.Place, secrets: dict[str, str]) -> None:
        raise KeyboardInterrupt

    with a_var_folder() as folder:
        monkeypatch.setattr(embedded, "_make_roles", interrupted)
        with pytest.raises(KeyboardInterrupt), embedded.server(var=folder):
            pytest.fail("it was interrupted")
        monkeypatch.undo()

        with embedded.server(var=folder) as place:
            pid = server_pid(place)
            assert read(place, folder, "SELECT 7") == 7

        assert not is_running(pid)


def test_two_first_starts_at_once_share_one_server() -> None:
    start = "import sys; from pathlib import Path; from community.local import embedded\n"
    start += "with embedded.server(var=Path(sys.argv[1])) as place:\n"
    start += "    print((place.data / 'postmaster.pid').read_text().split()[0], flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with a_var_folder() as folder:
        with running(start, str(folder), **pipes) as one, running(start, str(folder), **pipes) as other:
            first, second = next_line(one), next_line(other)
            for process in (one, other):
                process.communicate(timeout=PATIENCE_SECONDS)  # and closes what it waits for
        assert first == second != ""
        wait_until(lambda: not is_running(int(first)), what="the server ends")


def write(place: embedded.Place, var: Path, statement: str) -> None:
    connection = connect(place, user=embedded.OWNER, password=embedded_secrets(var=var)["owner"])
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def read(place: embedded.Place, var: Path, query: str) -> object:
    connection = connect(place, user=embedded.OWNER, password=embedded_secrets(var=var)["owner"])
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        (value,) = cursor.fetchone() or (None,)
    connection.close()
    return value
