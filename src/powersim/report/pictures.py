"""Figures inside the page: PNG files as data, with few enough colours to travel, in the smaller form of WebP."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from powersim.errors import PowersimError

BROKEN = (SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)
"""What a damaged picture may raise, beside OSError."""

COLOURS = 64  # lines, text and the steps of a heat map need no more


@dataclass(frozen=True)
class Picture:
    """A figure on the page. width, height in pixels; alt: what it shows; caption: what to take from it."""

    name: str
    data: str  # data URI
    width: int
    height: int
    alt: str
    caption: str


def picture(path: Path, name: str, alt: str, caption: str) -> Picture:
    """The PNG file at `path` as it stands on the page; the same file gives the same bytes. PowersimError without it."""
    try:
        with Image.open(path) as image:
            small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    except (*BROKEN, OSError) as error:
        raise PowersimError(
            f"{path}: cannot be read as a PNG figure ({error}); run its command again"
        ) from error
    content = io.BytesIO()
    small.convert("RGB").save(content, "WEBP", lossless=True, quality=100, method=4)
    data = "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode("ascii")
    return Picture(name, data, *small.size, alt, caption)
