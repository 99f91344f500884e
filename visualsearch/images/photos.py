"""From a stranger's photo to an upright RGB image, decoded where it cannot take this process with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.exceptions import ImageTooPlain
from visualsearch.images.decoders import get_pool
from visualsearch.images.decoding import decode
from visualsearch.images.files import limits_of, read_bytes
from visualsearch.images.kinds import kind_of

PHOTO_SIDE = 1000
"""A photo comes back with its longer side from this to less than twice as much, as browsers reduce it on the page."""

_SPREAD = 6
"""Of 255: how far the lightest and the darkest may lie apart in a photo of nothing, for JPEG's own noise."""


def open_photo(file: bytes | Path | IO[bytes]) -> Image.Image:
    """Return a stranger's photo as an upright RGB image without metadata; of a moving one the first frame.

    Its name is never looked at. Raises InvalidImage or one of its kinds, also where the photo ends its decoder, and
    DecoderUnavailable where none is free in time.
    """
    settings = get_settings()
    data = read_bytes(file)
    limits = limits_of(settings.photo_side_least, settings.photo_aspect_most)
    if not (settings.decode_apart and sys.platform == "linux"):
        return decode(data, limits, PHOTO_SIDE)
    # What is no picture does not cost a decoder's time.
    kind_of(data)
    return get_pool().decode(data, limits, PHOTO_SIDE)


def check_not_plain(region: Image.Image) -> None:
    """Raise ImageTooPlain where all of it has one colour, in which nothing can be found."""
    extrema = region.getextrema()
    if all(high - low <= _SPREAD for low, high in extrema):  # type: ignore[misc]
        raise ImageTooPlain("Expected a photo of something; this, or the part to search with, is one flat colour.")
