"""What the tills' fake camera sees: JPEGs one after another, gray before the code comes into view, played over and over."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SIZE: Final = (640, 480)
CODE_SIDE: Final = 300
GRAY: Final = (96, 92, 88)
QUIET: Final = 4
GRAY_FRAMES: Final = 6
CODE_FRAMES: Final = 60

Damage = Callable[[Image.Image], Image.Image]


def qr(text: str) -> Image.Image:
    """The text as a QR code, as large as a phone at arm's length looks to a camera."""
    modules = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q").to_image(scale=1, add_quiet_zones=True)
    return Image.fromarray(modules).convert("RGB").resize((CODE_SIDE, CODE_SIDE), Image.Resampling.NEAREST)


def scene(code: Image.Image, *, damage: Damage | None = None) -> Image.Image:
    """The code held before the camera, with something happening to it."""
    held = code.convert("RGB").resize((CODE_SIDE, CODE_SIDE), Image.Resampling.LANCZOS)
    view = Image.new("RGB", SIZE, GRAY)
    view.paste(held, ((SIZE[0] - CODE_SIDE) // 2, (SIZE[1] - CODE_SIDE) // 2))
    return damage(view) if damage else view


def play(file: Path, view: Image.Image, *, gray: int = GRAY_FRAMES) -> None:
    """Let the camera see this from its next start on."""
    frames = [jpeg(Image.new("RGB", SIZE, GRAY))] * gray + [jpeg(view)] * CODE_FRAMES
    file.write_bytes(b"".join(frames))


def jpeg(view: Image.Image) -> bytes:
    """One frame."""
    written = io.BytesIO()
    view.save(written, "JPEG", quality=85)
    return written.getvalue()


def dimmed(view: Image.Image) -> Image.Image:
    """A screen turned down, in a bright place."""
    return ImageEnhance.Contrast(ImageEnhance.Brightness(view).enhance(0.35)).enhance(0.6)


def blurred(view: Image.Image) -> Image.Image:
    """A hand that shakes."""
    return view.filter(ImageFilter.GaussianBlur(3))


def tilted(view: Image.Image) -> Image.Image:
    """Held askew by twenty degrees."""
    return view.rotate(20, resample=Image.Resampling.BICUBIC, fillcolor=GRAY)


def cracked(view: Image.Image) -> Image.Image:
    """A broken glass over it."""
    broken = view.copy()
    lines = ImageDraw.Draw(broken)
    center = (SIZE[0] // 2 + 60, SIZE[1] // 2 + 70)
    for end in ((560, 180), (560, 400), (400, 470), (300, 470), (330, 150)):
        lines.line([center, end], fill=(200, 200, 200), width=4)
    return broken
