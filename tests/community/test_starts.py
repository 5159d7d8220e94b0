"""What doesn't start: weak secrets, a trial where others reach it, a server that shows its source."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from community import config, strength
from community.config import EVERY_ADDRESS
from community.local.secrets_file import embedded_secrets
from community.place import check_place
from tests.community.starts import GOOD, HEX, start

SERVER = {"DATABASE_URL": "postgres://a:b@127.0.0.1/c", **GOOD}
SECRET_LIKE = re.compile("KEY|SECRET|TOKEN|PASSWORD")
PUBLIC = {"LOG_PAST_KEYS"}  # the name says key; everyone may read them
OTHER = HEX[2:] + "ff"
FERNET = GOOD["FIELD_KEYS"]
LONG = "0123456789" * 10
HUMAN = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
KEYS = {
    "hex": ["a", "00", "ab" * 32, "0123456789abcdef" * 4, HEX[:-1], HEX + "00", f" {HEX}", "g" * 64, "é" * 64],
    "ring": [
        *("1:00", "1:" + "ab" * 32, HEX, f"x:{HEX}", f":{HEX}", f"-1:{HEX}", f"99999:{HEX}", f"1:{HEX}:2", f"٣:{HEX}"),
        *(f"1:{HEX},{rest}" for rest in (f"1:{OTHER}", f"2:{HEX}", "2:00", "")),
    ],
    "fernet": ["a", FERNET[:-4], "A" * 43 + "=", HUMAN, *(f"{FERNET},{rest}" for rest in ("a", FERNET, ""))],
    "text": ["a", "s" * 50, LONG, GOOD["SECRET_KEY"][:31]],
}
WEAK = {  # every secret there is, with values that it must not have
    "SECRET_KEY": KEYS["text"],
    "FIELD_KEYS": KEYS["fernet"],
    "LOOKUP_KEY": KEYS["hex"],
    "CODE_KEYS": KEYS["ring"],
    "LOG_SIGNING_KEYS": [*KEYS["hex"], f"{HEX},00", f"{HEX},{HEX}", f"{HEX},"],
    "LOG_BLINDING_KEYS": KEYS["ring"],
    "METRICS_TOKEN": KEYS["text"],
}
DECLARED = {setting.name: setting.weakness for setting in config.SETTINGS if setting.weakness is not None}


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stderr
    name, _colon, sentence = done.stderr.strip().splitlines()[-1].partition("ImproperlyConfigured: ")
    assert name.endswith("exceptions.")
    return sentence


def test_every_secret_says_how_strong_it_must_be() -> None:
    secret_like = {setting.name for setting in config.SETTINGS if SECRET_LIKE.search(setting.name)} - PUBLIC

    assert secret_like == DECLARED.keys() == WEAK.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WEAK.items() for value in values])
def test_a_weak_value_is_told(name: str, value: str) -> None:
    assert DECLARED[name](value)


@pytest.mark.parametrize(("name", "value"), [("LOOKUP_KEY", "a"), ("CODE_KEYS", "1:00")])
def test_a_weak_secret_stops_the_start_and_names_itself(name: str, value: str) -> None:
    told = said(start({**SERVER, name: value}))

    assert told.startswith(f"{name} is too weak or can't be read: ")
    assert "docs/settings.md says how to make one." in told


@pytest.mark.parametrize(
    ("weakness", "value"),
    [
        *((DECLARED[name], value) for name, value in GOOD.items()),
        (strength.hex_keys, f"{HEX},{OTHER}"),
        (strength.hex_key, HEX.upper()),
        (strength.signing_key, "4f9a0c7be18d2635" * 4),
        (strength.ring, f"0:{HEX},32767:{OTHER}"),
        (strength.token, ""),
        (strength.token, "q3V8n0b2Y7kLr5TzW1xCm9DfGhJp4sAe"),
    ],
)
def test_a_strong_one_is_taken(weakness: strength.Weakness, value: str) -> None:
    assert weakness(value) == ""


def test_what_the_product_makes_for_itself_is_strong(tmp_path: Path) -> None:
    made = embedded_secrets(var=tmp_path / "var")

    assert {name: DECLARED[name](made[name]) for name in GOOD} == dict.fromkeys(GOOD, "")


def test_what_the_document_says_makes_strong_secrets() -> None:
    document = (config.BASE_DIR / "docs" / "settings.md").read_text()
    commands = re.findall(r"^(python3 -c .*?) +# (.*)$", document, re.MULTILINE)
    names = {name: command for command, about in commands for name in re.findall(r"[A-Z_]{5,}", about)}
    made = {name: subprocess.run(names[name], shell=True, capture_output=True, text=True, check=True).stdout.strip() for name in WEAK}  # noqa: S602 - the document's

    assert {name: DECLARED[name](value) for name, value in made.items()} == dict.fromkeys(WEAK, "")


TRIAL = {
    "EMBEDDED": True,
    "PHONE": False,
    "HOST": "127.0.0.1",
    "SITE_HOST": "127.0.0.1",
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    "OWNER_DATABASE_URL": "",
    "REDIS_URL": "",
    "CSRF_TRUSTED_ORIGINS": [],
    "HTTPS": False,
    "PROXY": False,
    "TRUSTED_PROXIES": 0,
    "DEBUG": False,
}
PHONES = {**TRIAL, "PHONE": True, "HOST": EVERY_ADDRESS, "SITE_HOST": "192.168.1.7", "HTTPS": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", ["points.example"]),
        ("ALLOWED_HOSTS", ["localhost", "points.example"]),
        ("ALLOWED_HOSTS", ["192.168.1.7"]),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", [".example"]),
        ("HTTPS", True),
        ("PROXY", True),
        ("TRUSTED_PROXIES", 1),
        ("CSRF_TRUSTED_ORIGINS", ["https://points.example"]),
        ("OWNER_DATABASE_URL", "postgres://a:b@127.0.0.1/c"),
        ("REDIS_URL", "redis://127.0.0.1/0"),
        ("HOST", EVERY_ADDRESS),
        ("HOST", "192.168.1.7"),
    ],
)
def test_a_trial_does_not_start_with_the_settings_of_a_server(name: str, value: object) -> None:
    check_place(TRIAL)

    with pytest.raises(ImproperlyConfigured) as refused:
        check_place({**TRIAL, name: value})

    assert str(refused.value).startswith(f"{name} is ")
    assert "set DATABASE_URL" in str(refused.value)
    check_place({**TRIAL, "EMBEDDED": False, name: value})


@pytest.mark.parametrize(("name", "value"), [("ALLOWED_HOSTS", ["LOCALHOST", "192.168.1.7"]), ("HTTPS", True), ("HOST", "192.168.1.7")])
def test_phones_of_the_network_may_try_when_asked_for(name: str, value: object) -> None:
    check_place({**PHONES, name: value})

    with pytest.raises(ImproperlyConfigured, match=r"^ALLOWED_HOSTS"):
        check_place({**PHONES, "ALLOWED_HOSTS": ["points.example"]})


def test_source_code_is_shown_to_nobody_else() -> None:
    check_place({**TRIAL, "DEBUG": True})

    for place in ({**TRIAL, "EMBEDDED": False}, PHONES):
        with pytest.raises(ImproperlyConfigured, match=r"^DEBUG shows source code"):
            check_place({**place, "DEBUG": True})


def test_what_does_not_fit_stops_the_start(tmp_path: Path) -> None:
    trial = {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": ""}
    assert start({**trial, "ALLOWED_HOSTS": "localhost", "HTTPS": "off", "DEBUG": "1"}).returncode == 0
    assert start({**SERVER, "ALLOWED_HOSTS": "points.example", "PROXY": "1"}).returncode == 0

    assert said(start({**trial, "ALLOWED_HOSTS": "points.example"})).startswith("ALLOWED_HOSTS is set, which is for servers.")
    assert said(start({**SERVER, "DEBUG": "1"})).startswith("DEBUG shows source code")
