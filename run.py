"""
One way to start, test and check the product: `python3 run.py run`. Standard library alone, nothing to install first.

Written so that an older Python still reads it far enough to say that it is too old.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
FREE_BYTES = 1_000_000_000
FULL = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
TEMPLATES = ROOT / "templates"
HELP = """\
python3 run.py run     start everything: database, web, worker, beat, relay, sealer (PORT=8000 HOST=127.0.0.1; PHONE=1 for phones)
python3 run.py test    run all tests; what follows goes to pytest
python3 run.py check   format, lint, types, order of packages, migrations, settings
python3 run.py fix     format the code and mend what lint can mend
python3 run.py demo    play the loop in the terminal, from a bill to a statement; fills the demo neighborhood first
python3 run.py bench   measure; ONLY=<name> measures one thing
python3 run.py drill   break things on purpose and see that no point is lost; ONLY=<name> for one drill, SMALL=1 for few rounds
python3 run.py screens write pictures of every page in every mode to docs/screens
python3 run.py pins    pin anew what the requirement files bring along
python3 run.py help    this list"""


def main() -> int:
    """Do what the first argument says."""
    command, rest = [*sys.argv, "help"][1], sys.argv[2:]
    working = {"run": run, "test": test, "check": check, "fix": fix}
    commands = {**working, "demo": demo, "bench": bench, "drill": drill, "screens": screens, "pins": pins}
    if command not in commands:
        print(HELP)
        return 0 if command == "help" else 2
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        stop(f"This is Python {found}, and 3.11 or newer is needed. Call a newer one by its name: python3.12 run.py {command}")
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return commands[command](rest)
    except KeyboardInterrupt:
        stop("\nInterrupted; nothing is left running. The same command goes on from here.", status=130)
    except OSError as error:
        todo = "Free some disk space" if error.errno == errno.ENOSPC else "Mend that"
        stop(f"{error}. {todo}, then run it again.")


def interrupt(_number: int, _frame: object) -> NoReturn:
    """Take a request to end as Ctrl-C is taken."""
    raise KeyboardInterrupt


def run(rest: "list[str]") -> int:
    """Install, then become the process that starts and watches all others."""
    install("run")
    return become("-m", "community.local.processes", *rest)


def test(rest: "list[str]") -> int:
    """Run the tests, three at a time so that two cores never wait, or as the given pytest arguments say."""
    install("dev")
    workers = [] if any(word == "-n" or word.startswith(("-n", "--numprocesses")) for word in rest) else ["-n", "3", "--dist", "worksteal"]
    return become("-m", "pytest", "-q", *workers, *rest)


def check(_rest: "list[str]") -> int:
    """Run every check, whatever the ones before it found, and say which failed."""
    install("dev")
    failed = [name for name, command in checks() if not _passes(name, command)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def checks() -> "list[tuple[str, list[str]]]":
    """Each check's name and command."""
    manage = [str(PYTHON), "manage.py"]
    found = [
        ("format", [tool("ruff"), "format", "--check", "."]),
        ("lint", [tool("ruff"), "check", "."]),
        ("types", [tool("mypy"), "."]),
        ("order of packages", [tool("lint-imports")]),
        ("migrations written", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("migrations linear", [*manage, "check", "--settings", "community.settings_check"]),
        ("migrations safe", [*manage, "lintmigrations", "--settings", "community.settings_check"]),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING", "--settings", "community.settings_deploy"]),
        ("the repository", [str(PYTHON), "-m", "pytest", "-q", "tests/repo"]),
    ]
    templates = sorted(str(path) for path in TEMPLATES.rglob("*.html"))
    if templates:
        found.append(("template format", [tool("djade"), "--check", "--target-version", "5.2", *templates]))
        found.append(("template lint", [tool("djlint"), "--lint", str(TEMPLATES)]))
    return found


def fix(_rest: "list[str]") -> int:
    """Format, and mend what can be mended."""
    install("dev")
    subprocess.call([tool("ruff"), "check", "--fix", "."], cwd=ROOT)
    return subprocess.call([tool("ruff"), "format", "."], cwd=ROOT)


def demo(rest: "list[str]") -> int:
    """Play the loop in the terminal, in the demo neighborhood."""
    install("run")
    return become("manage.py", "demo", *rest)


def bench(rest: "list[str]") -> int:
    """Measure."""
    install("dev")
    return become("-m", "tools.bench", *rest)


def drill(rest: "list[str]") -> int:
    """Break things on purpose."""
    install("dev")
    return become("-m", "tools.drills", *rest)


def screens(rest: "list[str]") -> int:
    """Write pictures of every page."""
    install("dev")
    return become("-m", "tools.screens", *rest)


def pins(_rest: "list[str]") -> int:
    """Write constraints.txt anew from a fresh environment with the newest versions that the requirement files allow."""
    fresh = ROOT / "var" / "pins"
    _call([sys.executable, "-m", "venv", "--clear", str(fresh)], "No virtual environment could be made.")
    wanted = [line for name in FULL.values() for line in (ROOT / name).read_text().splitlines() if line and line[0] not in "#-"]
    listed = fresh / "wanted.txt"
    listed.write_text("\n".join(wanted) + "\n")
    _call([str(fresh / "bin" / "pip"), "install", "-qq", "-r", str(listed)], "The packages could not be installed.")
    frozen = subprocess.check_output([str(fresh / "bin" / "pip"), "freeze"], text=True)
    (ROOT / "constraints.txt").write_text("# All that the requirement files bring along, pinned. Made by: python3 run.py pins\n" + frozen)
    shutil.rmtree(fresh)
    return 0


def install(kind: str) -> None:
    """Have the virtual environment and the pinned packages; quick when nothing changed since the last time."""
    files = [ROOT / name for name in ("constraints.txt", "requirements.txt", FULL[kind])]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    stamp = VENV / f".installed-{kind}"
    with one_at_a_time():
        if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
            return
        if shutil.disk_usage(str(ROOT)).free < FREE_BYTES:
            stop(f"The disk that holds {ROOT} has less than 1 GB left. Free some space, then run it again.")
        _make_venv()
        _install_packages(ROOT / FULL[kind])
        stamp.write_text(wanted)


@contextmanager
def one_at_a_time() -> "Iterator[None]":
    """Let one start at a time install; say so to the second."""
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is installing packages here; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_venv() -> None:
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return
    say("Making a virtual environment in .venv")
    debian = "This Python can't make virtual environments (no ensurepip). On Debian or Ubuntu: apt install python3-venv"
    _call([sys.executable, "-m", "venv", "--clear", str(VENV)], debian)


def _install_packages(requirements: Path) -> None:
    """Install with pip, and show on one line how far it is."""
    say("Installing the pinned packages (a minute or so the first time)")
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", str(requirements)]
    total = sum(1 for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#"))
    kept: list[str] = []
    seen = 0
    with subprocess.Popen(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        try:
            for line in pip.stdout or ():
                kept = [*kept[-20:], line]
                if line.startswith(("Collecting", "Processing", "Requirement already")):
                    seen += 1
                    show_progress(f"    {min(seen, total)} of about {total} packages found")
                elif line.startswith("Installing collected"):
                    show_progress("    unpacking them")
        except BaseException:
            pip.kill()
            raise
    show_progress("")
    if pip.returncode != 0:
        stop("".join(kept) + "\nThe packages could not be installed; the lines above say why. Is a package index reachable?")


def show_progress(text: str) -> None:
    """Overwrite the line on a terminal; nothing in a log."""
    if sys.stdout.isatty():
        print(f"\r{text:<60}", end="\r" if not text else "", flush=True)


def become(*arguments: str) -> NoReturn:
    """Go on as the environment's Python: same process, so signals and the exit status are the new program's own."""
    os.chdir(str(ROOT))
    sys.stdout.flush()
    os.execv(str(PYTHON), [str(PYTHON), *arguments])  # noqa: S606  no shell is meant


def tool(name: str) -> str:
    """A program of the environment."""
    return str(VENV / "bin" / name)


def say(text: str) -> None:
    """One line of progress."""
    print(text, flush=True)


def stop(text: str, status: int = 1) -> NoReturn:
    """End with a sentence that says what to do."""
    print(text, file=sys.stderr)
    sys.exit(status)


def _passes(name: str, command: "list[str]") -> bool:
    say(f"--- {name}")
    return subprocess.call(command, cwd=str(ROOT)) == 0


def _call(command: "list[str]", otherwise: str) -> None:
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        stop(otherwise)


if __name__ == "__main__":
    sys.exit(main())
