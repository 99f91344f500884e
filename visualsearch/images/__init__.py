"""From untrusted bytes to an upright RGB image within limits, and from a box to its crop."""

from __future__ import annotations

from visualsearch.images.box import Box, crop
from visualsearch.images.files import ASPECT_MOST, FORMATS, SIDE_LEAST, check_length, open_image
from visualsearch.images.upright import upright_rgb

__all__ = ["ASPECT_MOST", "FORMATS", "SIDE_LEAST", "Box", "check_length", "crop", "open_image", "upright_rgb"]
