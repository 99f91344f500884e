"""From untrusted bytes to an upright RGB image within limits, and from a box to its crop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from visualsearch.conf import get_settings
from visualsearch.exceptions import ImageTooLarge, InvalidBox, InvalidImage

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""What is read, told by content and never by name; Pillow knows more, and each is one more way in.

An MPO, the several pictures that some phones write into one JPEG, opens as JPEG.
"""

SIDE_LEAST = 8
"""Fewest pixels of the shorter side; there is nothing to see in fewer."""

ASPECT_MOST = 40
"""How many times longer than the other a side may be."""

_ORIENTATION = 0x0112
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Box:
    """A region of a photo, in fractions of its width and height, 0 to 1; raises InvalidBox for any other."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        values = astuple(self)
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
            raise InvalidBox(f"Expected a box of four finite numbers, got {values}.")
        if self.width <= 0 or self.height <= 0:
            raise InvalidBox(f"Expected a box with width and height above 0, got {self.width} x {self.height}.")
        # A browser computes fractions from pixels, so that the far edge may end a rounding error outside.
        room = 1e-6
        if min(self.x, self.y) < -room or max(self.x + self.width, self.y + self.height) > 1 + room:
            raise InvalidBox(f"Expected a box inside the photo, in fractions of 0 to 1, got {values}.")

    @classmethod
    def parse(cls, text: str) -> Box:
        """Return the box written as `x,y,width,height`; raises InvalidBox for another text."""
        try:
            x, y, width, height = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InvalidBox(f"Expected a box as x,y,width,height, got {text[:80]!r}.") from error
        return cls(x, y, width, height)


def crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the region of the image, at least one pixel each way."""
    left, right = _span(box.x, box.width, image.width)
    top, bottom = _span(box.y, box.height, image.height)
    return image.crop((left, top, right, bottom))


def open_image(file: bytes | Path | IO[bytes], *, longest_side: int | None = None) -> Image.Image:
    """Return the picture as an upright RGB image without metadata; of a moving one the first frame.

    With `longest_side` a picture may be shrunk to no less than that many pixels and less than twice as many, which is
    much faster for a large JPEG.
    An open file is read from its beginning. Raises InvalidImage, or ImageTooLarge for more bytes or pixels than
    the settings allow; OSError of the storage passes, since another try may succeed.
    """
    data = _read(file)
    with _failures_as_invalid_image(), Image.open(BytesIO(data), formats=FORMATS) as image:
        _check_size(image.width, image.height)
        if longest_side:
            _draft(image, longest_side)
        image.load()
        return upright_rgb(image, longest_side=longest_side)


def upright_rgb(image: Image.Image, *, longest_side: int | None = None) -> Image.Image:
    """Return a decoded image turned upright, on white, in RGB and without metadata."""
    turn = _TO_UPRIGHT.get(_orientation_of(image) or 1)
    rgb = _on_white(image)
    if longest_side:
        rgb = _reduced(rgb, longest_side)
    return rgb if turn is None else rgb.transpose(turn)


def _read(file: bytes | Path | IO[bytes]) -> bytes:
    most = get_settings().image_bytes_most
    if isinstance(file, Path):
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    elif isinstance(file, bytes):
        data = file
    else:
        file.seek(0)
        data = file.read(most + 1)
    check_length(len(data))
    if not data:
        raise InvalidImage("Expected a picture, got an empty file.")
    return data


@contextmanager
def _failures_as_invalid_image() -> Iterator[None]:
    """Tell in one sentence whatever a decoder throws: Pillow documents no complete list."""
    try:
        yield
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge("Expected a picture with fewer pixels than Pillow's own limit, got more.") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        raise InvalidImage(f"Expected a picture in one of {kinds}; the content is none of them.") from error
    except Exception as error:
        raise InvalidImage(
            f"Expected a whole picture, but it cannot be decoded: {error or type(error).__name__}."
        ) from error


def _check_size(width: int, height: int) -> None:
    most = get_settings().image_pixels_most
    if width * height > most:
        raise ImageTooLarge(f"Expected a picture of at most {most:,} pixels, got {width} x {height}.")
    if min(width, height) < SIDE_LEAST:
        raise InvalidImage(f"Expected a picture of at least {SIDE_LEAST} pixels each way, got {width} x {height}.")
    if max(width, height) > ASPECT_MOST * min(width, height):
        raise InvalidImage(f"Expected a picture no longer than {ASPECT_MOST} times its width, got {width} x {height}.")


def _draft(image: Image.Image, longest_side: int) -> None:
    """Let libjpeg decode at 1/2, 1/4 or 1/8 of the size, never below `longest_side`; other formats ignore it."""
    scale = longest_side / max(image.size)
    if scale < 1:
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))


def _reduced(image: Image.Image, longest_side: int) -> Image.Image:
    """Shrink by a whole number, which is quick; whoever wants an exact size resizes once, not twice."""
    factor = max(image.size) // longest_side
    return image.reduce(factor) if factor > 1 else image


def _orientation_of(image: Image.Image) -> int | None:
    try:
        return image.getexif().get(_ORIENTATION)
    except Exception:
        # Cameras and editors write broken EXIF; the pixels are worth more than the doubt about which way is up.
        return None


def _on_white(image: Image.Image) -> Image.Image:
    """Return a new RGB image: only pixels are pasted, so no metadata comes along."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        clean.paste(image, mask=image.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale deep grey values to 0..255; Pillow's own conversion clips them to white."""
    values: Any = np.nan_to_num(np.asarray(image, dtype=np.float32))
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        # 32-bit integers and floats have no agreed white, so the brightest pixel is.
        low, high = float(values.min()), float(values.max())
    return Image.fromarray(np.rint((values - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8))


def _span(start: float, length: float, pixels: int) -> tuple[int, int]:
    first = min(max(round(start * pixels), 0), pixels - 1)
    return first, max(min(round((start + length) * pixels), pixels), first + 1)


def check_length(length: int) -> None:
    """Raise ImageTooLarge for a file of more bytes than the settings allow."""
    most = get_settings().image_bytes_most
    if length > most:
        raise ImageTooLarge(f"Expected a file of at most {most:,} bytes, got more.")
