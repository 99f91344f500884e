"""From untrusted bytes to an upright RGB image, within limits of bytes and pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

from visualsearch.conf import get_settings
from visualsearch.exceptions import ImageTooLarge, ImageTooSmall, InvalidImage
from visualsearch.images.upright import upright_rgb

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""What is read, told by content and never by name; Pillow knows more, and each is one more way in.

An MPO, the several pictures that some phones write into one JPEG, opens as JPEG.
"""

SIDE_LEAST = 8
"""Fewest pixels of the shorter side; there is nothing to see in fewer."""

ASPECT_MOST = 40
"""How many times longer than the other a side may be."""


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


def check_length(length: int) -> None:
    """Raise ImageTooLarge for a file of more bytes than the settings allow."""
    most = get_settings().image_bytes_most
    if length > most:
        raise ImageTooLarge(f"Expected a file of at most {most:,} bytes, got more.")


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
        raise ImageTooSmall(f"Expected a picture of at least {SIDE_LEAST} pixels each way, got {width} x {height}.")
    if max(width, height) > ASPECT_MOST * min(width, height):
        raise InvalidImage(f"Expected a picture no longer than {ASPECT_MOST} times its width, got {width} x {height}.")


def _draft(image: Image.Image, longest_side: int) -> None:
    """Let libjpeg decode at 1/2, 1/4 or 1/8 of the size, never below `longest_side`; other formats ignore it."""
    # Pillow takes the coarsest scale at which neither side falls below what is asked: only the longer one counts.
    image.draft(None, (longest_side, 1) if image.width >= image.height else (1, longest_side))
