"""`run.py run` once the packages are there: database, tables, demo, static files, then all processes."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError

from community.local.first_demo import fill_demo_once, start_over_if_demo_was_interrupted
from community.local.run_lock import RunsAlready, only_start
from community.stopping import Stopping

FIRST_ANSWER_SECONDS: Final = 60
STEPS: Final = 5


class CannotRun(Exception):
    """Why the product can't start here, and what to do."""


def main() -> int:
    """Start everything, wait, end everything."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")
    stopping = Stopping()
    try:
        return _run(stopping)
    except (CannotRun, CommandError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        todo = "Free some disk space" if error.errno == errno.ENOSPC else "Mend that"
        print(f"{error}. {todo}, then start again.", file=sys.stderr)
    return 1


def _run(stopping: Stopping) -> int:
    from community import config
    from community.local import embedded

    with ExitStack() as used:
        try:
            used.enter_context(only_start(config.VAR_DIR, address=config.SITE))
        except RunsAlready as other:
            raise CannotRun(f"It is running already, as process {other}. Use that one, or end it first.") from None
        check_phone()
        check_port(host=config.HOST, port=config.PORT)
        step(1, "Database: as DATABASE_URL says" if not config.EMBEDDED else "Database: PostgreSQL from the wheel")
        if config.EMBEDDED:
            try:
                used.enter_context(embedded.server(var=config.VAR_DIR))
            except embedded.EmbeddedError as error:
                raise CannotRun(str(error)) from error
        with suppress(KeyboardInterrupt), stopping.interrupts():
            prepare()
        clean = stopping() or serve(stopping)
    print("Everything has ended.")
    return 0 if clean else 1


def check_phone() -> None:
    """
    Phones try an embedded system alone: there anyone may sign in as anyone the demo made up.

    :raises CannotRun: if it is no embedded one.
    """
    from community import config

    if config.PHONE and not config.EMBEDDED:
        raise CannotRun("PHONE=1 is for trying on an embedded system. Unset DATABASE_URL, or put HTTPS in front and leave PHONE out.")


def check_port(*, host: str, port: int) -> None:
    """
    Try the port that the web process will take.

    :raises CannotRun: if another program has it.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotRun(f"Port {port} can't be used ({error.strerror}). Choose another: PORT={port + 1} python3 run.py run") from error


def prepare() -> None:
    """Bring translations, tables, demo and static files up to date."""
    import django
    from django.conf import settings

    from community import translations

    translations.compile_all(folder=settings.BASE_DIR / "locale")
    django.setup()
    step(2, "Tables")
    _make_tables()
    step(3, "Demo neighborhood")
    fill_demo_once()
    step(4, "Static files")
    _gather_static_files()


def serve(stopping: Stopping) -> bool:
    """Run all processes until told to stop; False if one kept ending."""
    from django.db import connections

    from community import config
    from community.local import supervisor

    connections.close_all()
    environment = {**_environment(host=config.HOST, port=config.PORT, var=config.VAR_DIR), **_certificates()}
    commands = supervisor.read_procfile(config.BASE_DIR / "Procfile", environment=environment)
    step(STEPS, f"Processes: {', '.join(commands)}")
    threading.Thread(target=_greet_when_ready, args=(config.SITE, stopping), daemon=True).start()
    return supervisor.supervise(commands, environment=environment, stopping=stopping)


def step(number: int, words: str) -> None:
    """One line of progress."""
    print(f"{number}/{STEPS} {words}", flush=True)


def _make_tables() -> None:
    from django.core.management import call_command

    start_over_if_demo_was_interrupted()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)
    make_queues()


def make_queues() -> None:
    """Make the broker's tables before several processes would at the same moment."""
    from community.celery import app

    with app.connection_for_write() as connection:
        for queue in app.amqp.queues.values():
            queue(connection.default_channel).declare()


def _gather_static_files() -> None:
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def _environment(*, host: str, port: int, var: Path) -> Mapping[str, str]:
    """Ours, with the virtual environment's programs first and what the Procfile names."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join((programs, os.environ.get("PATH", os.defpath)))
    return {**os.environ, "PATH": path, "HOST": host, "PORT": str(port), "VAR_DIR": str(var), "PYTHONUNBUFFERED": "1"}


def _certificates() -> Mapping[str, str]:
    """Where the web process finds the certificate, when phones are to reach it."""
    from community import config
    from community.local.phone import certificates

    return certificates(var=config.VAR_DIR, address=config.SITE_HOST).environment if config.PHONE else {}


def _greet_when_ready(address: str, stopping: Stopping) -> None:
    from community.local.greeting import greeting

    for _ in range(FIRST_ANSWER_SECONDS * 5):
        if stopping() or _answers(f"{address}/healthz"):
            break
        time.sleep(0.2)
    if not stopping():
        print(greeting(address=address), flush=True)


def _answers(url: str) -> bool:
    from community import config
    from community.local.phone import certificate_file

    trusted = ssl.create_default_context(cafile=str(certificate_file(var=config.VAR_DIR))) if config.PHONE else None
    try:
        with urlopen(url, timeout=2, context=trusted):  # noqa: S310  our own address
            return True
    except HTTPError:
        return True  # an answer, whatever it says
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
