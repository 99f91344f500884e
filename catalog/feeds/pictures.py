"""From what a feed calls a picture to its checked bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from catalog.feeds.rows import BadRow
from catalog.thumbnails import LARGE
from visualsearch.addresses import fetch_photo
from visualsearch.exceptions import CannotFetch, ImageTooLarge, InvalidImage
from visualsearch.images import check_length, kind_of, open_image, without_place

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif", "BMP": "bmp"}
"""Of what every browser shows; TIFF and HEIC become JPEG."""

QUALITY = 92


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
    """Read a picture as the shop serves it; one whose digest is known was checked before. Raises BadRow."""
    if not reference:
        raise BadRow("image is empty.")
    if "://" in reference:
        try:
            data = fetch_photo(reference)
        except (CannotFetch, ImageTooLarge) as error:
            raise BadRow(f"image {reference}: {error}") from error
    else:
        data = _read_file(reference, folder)
    try:
        data, extension = _served(data)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in known:
            open_image(data, longest_side=LARGE)
    except InvalidImage as error:
        raise BadRow(f"image {reference} is no picture that can be shown: {error}") from error
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


def _served(data: bytes) -> tuple[bytes, str]:
    """Return what every browser shows of a picture, without where it was taken, and its extension.

    Always the same of the same file, by which a second import knows it again. Raises InvalidImage.
    """
    kind = kind_of(data)
    if kind in EXTENSIONS:
        return without_place(data), EXTENSIONS[kind]
    open_image(data).save(buffer := io.BytesIO(), "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue(), EXTENSIONS["JPEG"]
