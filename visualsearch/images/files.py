"""From a file to its bytes, and from a picture of the shop to an upright RGB image."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.exceptions import ImageTooLarge, InvalidImage
from visualsearch.images.decoding import Decoded
from visualsearch.images.door import decode_apart
from visualsearch.images.limits import Limits

SIDE_LEAST = 8
"""Fewest pixels of the shorter side of a picture of the shop.

Fewer than a photo must have: nobody can do harm with the shop's own small pictures, and refusing one hides a product.
"""

ASPECT_MOST = 40
"""How many times longer than the other a side of a picture of the shop may be: poles and ribbons are sold too."""


def open_image(file: bytes | Path | IO[bytes], *, longest_side: int | None = None) -> Image.Image:
    """Return a picture of the shop as an upright RGB image without metadata; of a moving one the first frame.

    With `longest_side` a picture may be shrunk to no less than that many pixels and less than twice as many, which is
    much faster for a large JPEG. One whose end is missing is returned as far as it goes, where half of it is there.
    An open file is read from its beginning. Raises InvalidImage or one of its kinds, as ImageTooLarge for more bytes or
    pixels than the settings allow, and ImageTooSlow; OSError of the storage passes, since another try may succeed.
    A stranger's photo is for `open_photo`, and a search opens a picture of the shop with `open_for_search`.
    """
    return decode_picture(file, longest_side=longest_side).image


def decode_picture(file: bytes | Path | IO[bytes], *, longest_side: int | None = None) -> Decoded:
    """Return what `open_image` does, with a note of what is wrong with the file although it was read."""
    return decode_apart(read_bytes(file), limits_of(SIDE_LEAST, ASPECT_MOST), longest_side, patient=True)


def check_length(length: int) -> None:
    """Raise ImageTooLarge for a file of more bytes than the settings allow."""
    most = get_settings().image_bytes_most
    if length > most:
        raise ImageTooLarge(f"Expected a file of at most {most:,} bytes, got more.")


def read_bytes(file: bytes | Path | IO[bytes]) -> bytes:
    """Return the content of a file; raises ImageTooLarge before more than the settings allow is read."""
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


def limits_of(side_least: int, aspect_most: int) -> Limits:
    """Return the limits that the settings say, with these of size."""
    settings = get_settings()
    return Limits(
        pixels_most=settings.image_pixels_most,
        side_least=side_least,
        aspect_most=aspect_most,
        frames_most=settings.image_frames_most,
        profile_bytes_most=settings.image_profile_bytes_most,
    )
