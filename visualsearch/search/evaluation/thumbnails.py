"""From an image to the small JPEG inside a page."""

from __future__ import annotations

import logging
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from visualsearch.exceptions import VisualSearchError
from visualsearch.images import open_image
from visualsearch.search.evaluation.shots import open_picture
from visualsearch.sources import Picture

logger = logging.getLogger(__name__)

SIDE = 192
"""Pixels of the longer side."""


def data_uri_of(photo: Path | Picture | Image.Image | None) -> str:
    """Return a photo as the address that holds it; empty for one that cannot be read, or None."""
    if photo is None:
        return ""
    try:
        image = _opened(photo)
    except (VisualSearchError, OSError) as error:
        logger.warning("A picture is left out of the report: %s", error)
        return ""
    image.thumbnail((SIDE, SIDE))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=75)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"


def _opened(photo: Path | Picture | Image.Image) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo.copy()
    return open_picture(photo) if isinstance(photo, Picture) else open_image(photo, longest_side=SIDE)
