"""From a picture to its two thumbnails, which lie beside it in its storage."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image

from visualsearch.images import open_image

SMALL, LARGE = 320, 640
"""The longest side of each in pixels; a smaller picture is not made larger."""

QUALITY = 80


def thumbnail_name(name: str, side: int) -> str:
    """Return where the thumbnail of a picture lies."""
    return f"{name}.{side}.webp"


def make_thumbnails(storage: Storage, name: str) -> tuple[int, int]:
    """Write both thumbnails of a picture and return its width and height, upright; raises InvalidImage and OSError."""
    with storage.open(name, "rb") as file:
        image = open_image(file)
    for side in (SMALL, LARGE):
        _replace(storage, thumbnail_name(name, side), _shrink(image, side))
    return image.size


def delete_thumbnails(storage: Storage, name: str) -> None:
    """Delete both thumbnails of a picture, where there are any."""
    for side in (SMALL, LARGE):
        storage.delete(thumbnail_name(name, side))


def _shrink(image: Image.Image, side: int) -> IO[bytes]:
    copy = image.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    copy.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer


def _replace(storage: Storage, name: str, content: IO[bytes]) -> None:
    """Write over what lies there: a storage would else write beside it under another name."""
    storage.delete(name)
    content.seek(0)
    storage.save(name, ContentFile(content.read()))
