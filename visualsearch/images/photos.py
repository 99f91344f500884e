"""From what somebody searches with, a stranger's photo or a picture of the shop, to an upright RGB image."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.exceptions import ImageTooPlain
from visualsearch.images.door import decode_apart
from visualsearch.images.files import ASPECT_MOST, SIDE_LEAST, limits_of, read_bytes

PHOTO_SIDE = 1000
"""A photo comes back with its longer side from this to less than twice as much, as browsers reduce it on the page."""

_SPREAD = 6
"""Of 255: how far the lightest and the darkest may lie apart in a photo of nothing, for JPEG's own noise."""


def open_photo(file: bytes | Path | IO[bytes]) -> Image.Image:
    """Return a stranger's photo as an upright RGB image without metadata; of a moving one the first frame.

    Its name is never looked at. Raises InvalidImage or one of its kinds, also where the photo ends its decoder,
    DecoderUnavailable where none is free in time, and TooManySearches where who asks has had its part of their time.
    """
    settings = get_settings()
    limits = limits_of(settings.photo_side_least, settings.photo_aspect_most)
    return decode_apart(read_bytes(file), limits, PHOTO_SIDE, patient=False).image


def open_for_search(file: bytes | Path | IO[bytes], *, longest_side: int = PHOTO_SIDE) -> Image.Image:
    """Return a picture of the shop, or a photo that it keeps, as `open_photo` does: somebody waits for the answer.

    It may be as small and long as pictures of the shop may be. Raises what `open_photo` raises; OSError of the storage
    passes.
    """
    return decode_apart(read_bytes(file), limits_of(SIDE_LEAST, ASPECT_MOST), longest_side, patient=False).image


def check_not_plain(region: Image.Image) -> None:
    """Raise ImageTooPlain where all of it has one colour, in which nothing can be found."""
    extrema = region.getextrema()
    if all(high - low <= _SPREAD for low, high in extrema):  # type: ignore[misc]
        raise ImageTooPlain("Expected a photo of something; this, or the part to search with, is one flat colour.")
