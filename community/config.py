"""Every setting that comes from the environment, typed and explained once. `docs/settings.md` is made from this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

from community import strength
from community.local.phone import address_for_phones
from community.local.secrets_file import embedded_secrets
from community.place import check_place

T = TypeVar("T")

HOW_TO_MAKE: Final = "docs/settings.md says how to make one."
EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - asked for by PHONE=1 alone
BASE_DIR: Final = Path(__file__).resolve().parent.parent
ENV: Final = environ.Env()
if (BASE_DIR / ".env").exists():
    ENV.read_env(BASE_DIR / ".env")  # what the environment says already wins


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what it is when unset, and what it does."""

    name: str
    unset: str
    about: str
    weakness: strength.Weakness | None = None  # of a secret: why a value can't be used


SETTINGS: Final[list[Setting]] = []
_SECRETS: Final[dict[str, tuple[str, strength.Weakness]]] = {}


def text(name: str, *, default: str, about: str, unset: str = "") -> str:
    """A setting that is text."""
    return _read(name, cast=str, default=default, about=about, unset=unset or f"`{default}`")


def number(name: str, *, default: int, about: str, at_least: int = 0) -> int:
    """A setting that is a whole number."""
    value = _read(name, cast=int, default=default, about=about, unset=f"`{default}`")
    if value < at_least:
        raise ImproperlyConfigured(f"{name} is {value}, and must be at least {at_least}. It is: {about}")
    return value


def flag(name: str, *, default: bool, about: str, unset: str = "") -> bool:
    """A setting that is on or off."""
    return _read(name, cast=bool, default=default, about=about, unset=unset or f"`{'on' if default else 'off'}`")


def words(name: str, *, default: list[str], about: str, unset: str) -> list[str]:
    """A setting that is a list, separated by commas."""
    return _read(name, cast=list, default=default, about=about, unset=unset)


def secret(name: str, *, weakness: strength.Weakness, about: str) -> str:
    """A secret: made once under `VAR_DIR` when embedded, otherwise asked for loudly. A weak one is refused."""
    made = embedded_secrets(var=VAR_DIR)[name] if EMBEDDED else ""
    value = _read(name, cast=str, default=made, about=about, unset="embedded: made once; otherwise required", weakness=weakness)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {about} ({HOW_TO_MAKE})")
    return value


def _read(name: str, *, cast: Callable[..., T], default: T, about: str, unset: str, weakness: strength.Weakness | None = None) -> T:
    SETTINGS.append(Setting(name, unset, about, weakness))
    try:
        value: T = ENV(name, cast=cast, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name} can't be read: {error}. It is: {about}") from error
    if weakness is not None:
        _SECRETS[name] = (str(value), weakness)
    return value


def _check_secrets() -> None:
    """
    Look at all of them once each was found.

    :raises ImproperlyConfigured: if one is weak, or can't be read.
    """
    for name, (value, weakness) in _SECRETS.items():
        if why := weakness(value):
            raise ImproperlyConfigured(f"{name} is too weak or can't be read: {why}. Make a new one. ({HOW_TO_MAKE})")


# Where things are
VAR_DIR: Final = Path(
    text("VAR_DIR", default=str(BASE_DIR / "var"), unset="`var/` beside the code", about="Folder for what this installation keeps on disk.")
).resolve()
PORT: Final = number("PORT", default=8000, about="Port of the web process.")
PHONE: Final = flag(
    "PHONE",
    default=False,
    about="`1` serves HTTPS on the local network with a certificate made under `VAR_DIR`, so that phones can try it. Embedded only.",
)
HOST: Final = text(
    "HOST",
    default=EVERY_ADDRESS if PHONE else "127.0.0.1",
    unset="`127.0.0.1`; with `PHONE` every address of this machine",
    about="Address the web process listens on.",
)
SITE_HOST: Final = address_for_phones(HOST) if PHONE else HOST
SITE: Final = f"{'https' if PHONE else 'http'}://{SITE_HOST}:{PORT}"  # as it is printed

DEMO: Final = flag("DEMO", default=True, about="An embedded system that is empty is filled with the demo neighborhood at its first start.")
DEMO_DAYS: Final = number(
    "DEMO_DAYS", default=90, at_least=1, about="Days of life that the demo neighborhood begins with; fewer fill faster."
)

# Databases and broker
DATABASE_URL: Final = text(
    "DATABASE_URL",
    default="",
    unset="PostgreSQL from the wheel, embedded",
    about="Login of every process, `postgres://app:…@host/name`. Given alone it is the owner's, and `migrate` makes the other login.",
)
OWNER_DATABASE_URL: Final = text(
    "OWNER_DATABASE_URL", default="", unset="`DATABASE_URL`", about="Login of migrations and of nothing else; owns every table."
)
REDIS_URL: Final = text(
    "REDIS_URL", default="", unset="broker and cache in PostgreSQL", about="Redis for Celery's messages (database 0) and the cache."
)
EMBEDDED: Final = not DATABASE_URL
CONN_MAX_AGE: Final = number("CONN_MAX_AGE", default=60, about="Seconds a process keeps a database connection.")

# Secrets
SECRET_KEY: Final = secret("SECRET_KEY", weakness=strength.signing_key, about="Django's signing key, 50 characters or more.")
FIELD_KEYS: Final = secret(
    "FIELD_KEYS",
    weakness=strength.fernet_keys,
    about="Fernet keys of encrypted fields, separated by commas; the first encrypts, all decrypt.",
).split(",")
LOOKUP_KEY: Final = secret(
    "LOOKUP_KEY",
    weakness=strength.hex_key,
    about="Key of the hashes by which encrypted fields are looked up, 64 hex digits. Never changes.",
)
CODE_KEYS_TEXT: Final = secret(
    "CODE_KEYS",
    weakness=strength.ring,
    about="Master keys of residents' codes, `id:hex` separated by commas; new devices take the highest id.",
)

# The sealed log
LOG_ORIGIN: Final = text(
    "LOG_ORIGIN",
    default="localhost/points",
    about="The sealed log's name on its checkpoints: a host and a path, no scheme. Never changes once others watch the log.",
)
LOG_SIGNING_KEYS: Final = secret(
    "LOG_SIGNING_KEYS",
    weakness=strength.hex_keys,
    about="Ed25519 seeds that sign checkpoints, 64 hex digits each, separated by commas; every one signs.",
)
LOG_PAST_KEYS: Final = words(
    "LOG_PAST_KEYS", default=[], unset="none", about="Public keys that once signed checkpoints, `name+id+base64`, separated by commas."
)
LOG_BLINDING_KEYS_TEXT: Final = secret(
    "LOG_BLINDING_KEYS",
    weakness=strength.ring,
    about="Keys that hide the issuers' parts of leaves, `id:hex` separated by commas; the highest id hides new ones.",
)
LOG_WITNESSES: Final = words(
    "LOG_WITNESSES", default=[], unset="none", about="Public keys of the witnesses, `name+id+base64`, separated by commas."
)
LOG_QUORUM: Final = number("LOG_QUORUM", default=0, about="How many witnesses must have cosigned a checkpoint that a settlement cites.")

# The site
DEBUG: Final = flag("DEBUG", default=False, about="Django's error pages with source. Never where others can reach them.")
ALLOWED_HOSTS: Final = words(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]", *([SITE_HOST] if PHONE else [])],
    unset="this machine's own names; with `PHONE` its address on the local network too",
    about="Host names the site answers to, separated by commas.",
)
HTTPS: Final = flag(
    "HTTPS",
    default=not EMBEDDED or PHONE,
    unset="`off` when embedded without `PHONE`, else `on`",
    about="People reach the site by HTTPS: cookies are marked secure, plain HTTP is sent there, HSTS is on.",
)
PROXY: Final = flag("PROXY", default=False, about="A proxy in front sets `X-Forwarded-Proto` and removes the one it was sent.")
TRUSTED_PROXIES: Final = number(
    "TRUSTED_PROXIES",
    default=0,
    about="How many proxies in front append to `X-Forwarded-For`; `0` doesn't read it. Too many let visitors invent addresses.",
)
CSRF_TRUSTED_ORIGINS: Final = words(
    "CSRF_TRUSTED_ORIGINS", default=[], unset="none", about="Origins whose forms are accepted besides the site's own, separated by commas."
)
ALLIANCE_TIME_ZONE: Final = text("ALLIANCE_TIME_ZONE", default="Asia/Shanghai", about="Time zone whose days the alliance counts.")

# Ways out
PHONE_COUNTRIES: Final = words(
    "PHONE_COUNTRIES",
    default=["CN"],
    unset="`CN`",
    about="Countries whose mobile numbers get text messages, two letters each, separated by commas.",
)
SMS_URL: Final = text(
    "SMS_URL",
    default="",
    unset="embedded: shown at `/dev/inbox/`; otherwise no text message can be sent",
    about="Gateway that text messages are posted to, as JSON `{phone, text}`.",
)
EMAIL_URL: Final = text(
    "EMAIL_URL", default="consolemail://", about="Mail server, e.g. `smtp+tls://user:password@host:587`; unset, mail goes to the log."
)

# Watching
METRICS_TOKEN: Final = _read(
    "METRICS_TOKEN",
    cast=str,
    default="",
    weakness=strength.token,
    unset="embedded: `/metrics` answers this machine alone; otherwise nobody",
    about="What a monitoring system sends to `/metrics` as `Authorization: Bearer …`, 32 characters or more.",
)

# Logs
LOG_LEVEL: Final = text("LOG_LEVEL", default="INFO", about="Least severe log line kept.")
LOG_JSON: Final = flag(
    "LOG_JSON", default=not EMBEDDED, unset="`off` when embedded, else `on`", about="Log lines as JSON instead of for the eye."
)


check_place(globals())
_check_secrets()


def code_keys() -> dict[int, bytes]:
    """The key ring of residents' codes, by key id."""
    return _ring(CODE_KEYS_TEXT)


def log_blinding_keys() -> dict[int, bytes]:
    """The keys that hide the issuers' parts of leaves, by key id."""
    return _ring(LOG_BLINDING_KEYS_TEXT)


def log_signing_seeds() -> list[bytes]:
    """The seeds that sign the log's checkpoints."""
    return [bytes.fromhex(seed) for seed in LOG_SIGNING_KEYS.split(",")]


def _ring(text_: str) -> dict[int, bytes]:
    """Keys that were looked at when they were read."""
    pairs = (part.split(":") for part in text_.split(","))
    return {int(key_id): bytes.fromhex(key) for key_id, key in pairs}
