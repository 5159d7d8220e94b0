"""A photo of the code is read in the page, whatever file is chosen; nothing of it is sent anywhere."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from core.clock import now
from merchants.models import Cashier
from residents.models import Resident
from tests.journeys import film
from tests.journeys.conftest import Phone
from tests.journeys.test_till import at_till, rich
from tests.redemptions.world import phone_of

__all__ = ("rich",)

Phones = Callable[..., Phone]
MEGABYTE = 1024 * 1024
COUNT = """
    window.unfolded = 0;
    const real = createImageBitmap;
    window.createImageBitmap = (...all) => { window.unfolded += 1; return real(...all) };
"""
WHOLE = 8_000  # larger bombs break off: nobody should come that far


def choose(page: Page, name: str, content: bytes, folder: Path) -> None:
    """Choose a file as the photo."""
    file = folder / name
    file.write_bytes(content)
    page.set_input_files("#photo", file)


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is `side` by `side`; half a gigabyte and more when unfolded."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packed = zlib.compress(bytes(((side + 7) // 8 + 1) * min(side, WHOLE)), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def too_wide_jpeg() -> bytes:
    """A JPEG whose size comes after a third of a megabyte of notes."""
    notes = b"\xff\xed\xff\xff" + bytes(65_533)
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 60_000, 60_000) + b"\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    return b"\xff\xd8" + notes * 5 + frame + b"\xff\xd9"


def too_wide_webp() -> bytes:
    """A WebP whose canvas is as large as its header can say."""
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff" * 6
    return b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas


def unfolding(content: bytes) -> bytes:
    """A picture that says it is a small GIF, and has a frame as large as there is."""
    opened = Image.open(io.BytesIO(content))
    written = io.BytesIO()
    opened.save(written, "GIF")
    gif = bytearray(written.getvalue())
    frame = gif.index(b"\x2c", 13 + 3 * 2 ** ((gif[10] & 7) + 1))
    gif[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    return bytes(gif)


def avif(side: int) -> bytes:
    """The beginning of an AVIF of that size."""
    ispe = struct.pack(">I4sIII", 20, b"ispe", 0, side, side)
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"avif", 0, b"mif1") + struct.pack(">I4s", 8 + len(ispe), b"ipco") + ispe


def test_nothing_is_unfolded_before_its_size_is_known(phones: Phones, bakery: Cashier, tmp_path: Path) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    phone.context.add_init_script(COUNT)
    page = phone.open("/merchant/")
    small = io.BytesIO()
    Image.new("L", (40, 40)).save(small, "PNG")
    bombs = {
        "notes.jpg": too_wide_jpeg(),
        "canvas.webp": too_wide_webp(),
        "frame.gif": unfolding(small.getvalue()),
        "huge.gif": b"GIF89a" + b"\xff" * 4 + bytes(20),
        "huge.avif": avif(65_535),
        "small.avif": avif(40),
        "huge.bmp": b"BM" + bytes(16) + struct.pack("<ii", 60_000, 60_000) + bytes(40),
        "bomb.png": bomb(60_000),
    }

    for name, content in bombs.items():
        choose(page, name, content, tmp_path)
        expect(page.get_by_role("alert").filter(has_text="This file can't be opened as a picture."), name).to_be_visible()
        page.evaluate("document.querySelector('[data-part=notice]').replaceChildren()")
    assert page.evaluate("window.unfolded") == 0

    choose(page, "small.png", small.getvalue(), tmp_path)
    expect(page.get_by_role("alert").filter(has_text="No code was found")).to_be_visible()
    assert page.evaluate("window.unfolded") > 0


def test_a_photo_of_the_code(phones: Phones, rich: Resident, bakery: Cashier, tmp_path: Path) -> None:
    page = at_till(phones, bakery)
    code = phone_of(rich, at=now()).code(now())
    photo = Image.new("RGB", (4000, 3000), film.GRAY)
    photo.paste(film.scene(film.qr(code), damage=film.tilted).resize((1280, 960)), (1300, 900))

    choose(page, "photo.jpg", film.jpeg(photo), tmp_path)

    expect(page.get_by_role("heading", name="M**")).to_be_visible()


def test_what_is_no_photo_of_a_code_is_told_apart(phones: Phones, bakery: Cashier, tmp_path: Path) -> None:
    page = at_till(phones, bakery)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    blank, svg = io.BytesIO(), b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    Image.new("RGB", (50, 50)).save(blank, "WEBP")
    no_picture, too_large = "This file can't be opened as a picture.", "This file is too large."
    files: dict[str, tuple[bytes, str]] = {
        "letter.jpg": (b"Dear Mei, this is no picture.", no_picture),
        "broken.jpg": (film.jpeg(film.scene(film.qr("x")))[:900], no_picture),
        "empty.png": (b"", no_picture),
        "drawing.png": (svg, no_picture),
        "bomb.png": (bomb(60_000), no_picture),
        "bomb-under-the-bound.png": (bomb(7_900), "No code was found"),
        "forty.jpg": (b"\xff\xd8" + bytes(40 * MEGABYTE), too_large),
        "blank.webp": (blank.getvalue(), "No code was found"),
        "other.jpg": (film.jpeg(film.scene(film.qr("https://example.org"))), "This is another code."),
    }
    for name, (content, sentence) in files.items():
        choose(page, name, content, tmp_path)
        expect(page.get_by_role("alert").filter(has_text=sentence), name).to_be_visible()
        page.evaluate("document.querySelector('[data-part=notice]').replaceChildren()")

    assert sent == []
