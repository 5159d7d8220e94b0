"""Static files as a real installation serves them: names with hashes, in modules' imports too."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from branches.models import Bank
from core.clock import now
from residents.models import Resident
from tests.world import give_points

FIRST_LOAD_BYTES = 60 * 1024


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    """The folder that `collectstatic` fills."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "web.look.storage.HashedFiles"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def test_every_import_leads_to_a_file_with_a_hash(collected: Path) -> None:
    broken = [
        f"{path.name} imports {name}"
        for path in (collected / "js").rglob("*.js")
        for name in re.findall(r'(?:from|import)\s*"(\.[^"]+)"', path.read_text())
        if not (path.parent / name).resolve().exists() or not re.search(r"\.[0-9a-f]{12}\.m?js$", name)
    ]

    assert broken == []


@pytest.mark.django_db
def test_the_first_load_of_home_is_light(collected: Path, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    assert mei.user
    client = Client()
    client.force_login(mei.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/").content
    files = {name.split("#")[0] for name in re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode())}
    modules = [name for name in files if name.endswith(".js")]
    while modules:
        path = collected / modules.pop()
        found = [str((path.parent / name).resolve().relative_to(collected)) for name in re.findall(r'from\s*"(\.[^"]+)"', path.read_text())]
        modules += [name for name in found if name not in files]
        files |= set(found)

    weight = len(gzip.compress(page)) + sum(len(gzip.compress((collected / name).read_bytes())) for name in files)

    assert staticfiles_storage.url("js/site.js").removeprefix("/static/") in files
    assert weight <= FIRST_LOAD_BYTES, f"{weight} bytes"
