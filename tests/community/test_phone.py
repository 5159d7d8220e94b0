"""Certificates for trying it with phones: good for the address, and dangerous to no other site."""

from __future__ import annotations

import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from pytest_django import Settings

from community.local.phone import Certificates, address_for_phones, certificates
from community.local.terminal import BLACK_ON_WHITE, PLAIN, drawn
from core.clock import now

pytestmark = pytest.mark.real_clock  # OpenSSL asks the machine's
HOME = "192.168.7.7"
INK = {" ": (0, 0), "\xa0": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}  # the upper and the lower half of a place
PIXELS = 4  # to a module


def shake_hands(made: Certificates, *, name: str) -> None:
    """A handshake between a phone that trusts the authority and the site, in memory."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(made.site, made.site_key)
    to_phone, to_site = ssl.MemoryBIO(), ssl.MemoryBIO()
    phone = ssl.create_default_context(cafile=str(made.authority)).wrap_bio(to_phone, to_site, server_hostname=name)
    site = serving.wrap_bio(to_site, to_phone, server_side=True)
    for end in (phone, site, phone, site):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue


def test_a_phone_that_trusts_the_authority_trusts_the_site(tmp_path: Path) -> None:
    made = certificates(var=tmp_path / "var", address=HOME)

    for name in (HOME, "127.0.0.1", "localhost"):
        shake_hands(made, name=name)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made, name="192.168.7.8")


def test_the_authority_vouches_for_no_site_elsewhere(tmp_path: Path) -> None:
    made = certificates(var=tmp_path / "var", address=HOME)
    kept = made.authority.read_bytes(), (made.authority.parent / "authority.key").read_bytes()
    elsewhere = certificates(var=tmp_path / "other", address="bank.example")
    for file, content in zip((elsewhere.authority, elsewhere.authority.parent / "authority.key"), kept, strict=True):
        file.write_bytes(content)

    from community.local import phone

    phone._make_site(elsewhere, elsewhere.authority.parent / "authority.key", names=["bank.example"], at=now())

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(elsewhere, name="bank.example")


def test_what_was_made_is_kept_until_it_moves_or_runs_out(tmp_path: Path) -> None:
    var, at = tmp_path / "var", now()

    def state(address: str, *, later: timedelta = timedelta()) -> tuple[bytes, bytes]:
        made = certificates(var=var, address=address, at=at + later)
        return made.authority.read_bytes(), made.site.read_bytes()

    first = state(HOME)
    assert state(HOME) == first
    authority, site = state("10.0.0.5")
    assert (authority, site == first[1]) == (first[0], False)
    assert state("10.0.0.5", later=timedelta(days=340))[0] == first[0]
    assert state("10.0.0.5", later=timedelta(days=340))[1] != site
    assert state("10.0.0.5", later=timedelta(days=1080))[0] != first[0]
    assert state("203.0.113.9")[0] != first[0]


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    made = certificates(var=tmp_path / "var", address=HOME)

    assert {stat.S_IMODE(file.stat().st_mode) for file in made.authority.parent.glob("*.key")} == {0o600}


def test_a_given_address_is_the_one_phones_are_told() -> None:
    assert address_for_phones("192.168.3.3") == "192.168.3.3"


@pytest.mark.django_db
def test_the_certificate_is_handed_out_only_where_phones_try_it(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.PHONE_CERTIFICATE = None
    assert client.get("/dev/certificate/").status_code == 404

    made = certificates(var=tmp_path / "var", address=HOME)
    settings.PHONE_CERTIFICATE = made.authority
    answer = client.get("/dev/certificate/")

    assert ssl.DER_cert_to_PEM_cert(answer.content).split() == made.authority.read_text().split()
    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"


def seen(picture: str, *, ink: int, paper: int) -> str:
    """What a phone reads off a terminal in these colors."""
    lines = [line.removeprefix(BLACK_ON_WHITE).removesuffix(PLAIN) for line in picture.split("\n")]
    wide = max(len(line) for line in lines)
    view = Image.new("L", (wide, 2 * len(lines)), paper)
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            for half, inked in enumerate(INK[block]):
                view.putpixel((column, 2 * row + half), ink if inked else paper)
    (found,) = zxingcpp.read_barcodes(view.resize((wide * PIXELS, 2 * len(lines) * PIXELS), Image.Resampling.NEAREST))
    return str(found.text)


@pytest.mark.parametrize("text", ["https://192.168.7.7:8443/", "https://192.168.7.7:8443/dev/certificate/", "711234567898896003374343350"])
@pytest.mark.parametrize("sturdy", [False, True])
def test_a_code_in_the_terminal_is_read_back(text: str, sturdy: bool) -> None:  # noqa: FBT001
    on_terminal = drawn(text, on_terminal=True, sturdy=sturdy)
    assert all(line.startswith(BLACK_ON_WHITE) for line in on_terminal.split("\n"))
    assert seen(on_terminal, ink=0, paper=255) == text

    assert seen(drawn(text, on_terminal=False, sturdy=sturdy), ink=255, paper=0) == text
