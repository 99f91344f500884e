"""From untrusted bytes to an upright RGB image within limits, and from a box to its crop."""

from __future__ import annotations

from visualsearch.images.box import Box, crop
from visualsearch.images.decoders.callers import decoding_for
from visualsearch.images.files import ASPECT_MOST, SIDE_LEAST, check_length, decode_picture, open_image, read_bytes
from visualsearch.images.kinds import FORMATS, kind_of
from visualsearch.images.photos import check_not_plain, open_for_search, open_photo
from visualsearch.images.places import has_place, without_place
from visualsearch.images.upright import upright_rgb

__all__ = [
    "ASPECT_MOST",
    "FORMATS",
    "SIDE_LEAST",
    "Box",
    "check_length",
    "check_not_plain",
    "crop",
    "decode_picture",
    "decoding_for",
    "has_place",
    "kind_of",
    "open_for_search",
    "open_image",
    "open_photo",
    "read_bytes",
    "upright_rgb",
    "without_place",
]
