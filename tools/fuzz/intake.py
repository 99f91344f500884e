"""From bytes to an image, in this process, so that a decoder that crashes is a finding."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from tests.hostile import all_files
from visualsearch.exceptions import InvalidImage
from visualsearch.images.decoding import decode
from visualsearch.images.limits import Limits
from visualsearch.images.photos import PHOTO_SIDE

# Fewer pixels than in a shop, so that time goes into new files and not into large ones.
_LIMITS = Limits(pixels_most=1_000_000, side_least=8, aspect_most=40, frames_most=1000, profile_bytes_most=1 << 22)
_SEED_MOST = 8192

warnings.simplefilter("ignore")


def seeds() -> Iterator[bytes]:
    """Yield the small ones of the hostile files."""
    yield from (file.data for file in all_files() if 0 < len(file.data) <= _SEED_MOST)


def try_one(data: bytes) -> None:
    """Decode; whatever is no typed error and no clean image is a finding."""
    try:
        image = decode(data, _LIMITS, PHOTO_SIDE).image
    except InvalidImage as error:
        is_right = str(error).startswith("Expected ")
    else:
        is_right = (image.mode, image.info) == ("RGB", {})
    assert is_right
