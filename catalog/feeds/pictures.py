"""From what a feed calls a picture to its checked bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from catalog.feeds.rows import BadRow
from visualsearch.addresses import fetch_photo
from visualsearch.exceptions import CannotFetch, ImageTooLarge, InvalidImage
from visualsearch.images import check_length, open_image

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif"}


@dataclass(frozen=True, slots=True)
class FeedPicture:
    """A picture that was read."""

    data: bytes
    digest: str
    extension: str

    @property
    def name(self) -> str:
        """What its file is called: never what the feed calls it."""
        return f"{self.digest[:16]}.{self.extension}"


def read_picture(reference: str, folder: Path, known: Collection[str]) -> FeedPicture:
    """Read a picture; one whose digest is known was checked before. Raises BadRow."""
    if not reference:
        raise BadRow("image is empty.")
    if "://" in reference:
        try:
            data = fetch_photo(reference)
        except (CannotFetch, ImageTooLarge) as error:
            raise BadRow(f"image {reference}: {error}") from error
    else:
        data = _read_file(reference, folder)
    digest = hashlib.sha256(data).hexdigest()
    extension = "" if digest in known else _check(reference, data)
    return FeedPicture(data, digest, extension)


def _read_file(reference: str, folder: Path) -> bytes:
    try:
        path = (folder / reference).resolve()
        # Resolved first: neither "..", nor an absolute path, nor a link may lead out of the feed's folder.
        if not path.is_relative_to(folder.resolve()):
            raise BadRow(f"image {reference} lies outside the feed's folder.")
        if not path.is_file():
            raise BadRow(f"image {reference} does not exist.")
        check_length(path.stat().st_size)
        return path.read_bytes()
    except ImageTooLarge as error:
        raise BadRow(f"image {reference}: {error}") from error
    except (OSError, ValueError) as error:
        raise BadRow(f"image {reference} cannot be read: {error}.") from error


def _check(reference: str, data: bytes) -> str:
    """Return the extension of the picture's real format."""
    try:
        open_image(io.BytesIO(data))
        with Image.open(io.BytesIO(data), formats=list(EXTENSIONS)) as image:
            return EXTENSIONS[image.format or ""]
    except (InvalidImage, OSError, KeyError) as error:
        raise BadRow(f"image {reference} is no picture that can be shown: {error}") from error
