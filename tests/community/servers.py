"""An embedded server of a test's own, removed with all its data at the end."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import extensions

from community.local import embedded
from community.local.secrets_file import embedded_secrets


@contextmanager
def a_var_folder(*, long: bool = False) -> Iterator[Path]:
    """
    A place for an installation's files that any user could walk to, were it not private by itself.

    Not under pytest's own folder, which is closed to others already: these tests want to see what our folders do.
    """
    above = Path(tempfile.mkdtemp(prefix="points-test-"))
    above.chmod(0o755)
    var = above / ("x" * 100 if long else "v") / "var"
    var.parent.mkdir(mode=0o755)
    try:
        yield var
    finally:
        embedded.forget(var=var)
        shutil.rmtree(above)


def connect(place: embedded.Place, *, user: str, password: str, database: str = embedded.DATABASE) -> extensions.connection:
    """A connection through the server's socket."""
    return psycopg2.connect(host=str(place.socket), user=user, password=password, dbname=database, connect_timeout=60)


def connect_as_app(place: embedded.Place, var: Path) -> extensions.connection:
    """A connection as every process makes it."""
    return connect(place, user=embedded.APP, password=embedded_secrets(var=var)["app"])


def modes_above(folder: Path) -> dict[Path, int]:
    """The mode of each folder above, to compare before and after."""
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents}


def server_pid(place: embedded.Place) -> int:
    """The running server's process id."""
    return int((place.data / "postmaster.pid").read_text().split()[0])


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
