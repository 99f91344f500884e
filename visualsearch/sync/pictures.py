"""From a stored picture to its digest, its vector, or the reason why there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import EmbedderUnavailable, ImageTooLarge, InvalidImage
from visualsearch.hashing import digest_of, perceptual_hash
from visualsearch.images import open_image
from visualsearch.models import Embedding
from visualsearch.sources import Picture
from visualsearch.vectors import as_vectors, pack

logger = logging.getLogger(__name__)

LONGEST_SIDE = 640
"""Pixels to which a picture is reduced before it waits for its batch: well above what embedders look at."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found out about a picture: its vector, or an error."""

    digest: str = ""
    perceptual_hash: int | None = None
    vector: bytes | None = None
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Reading:
    """A picture on its way to a vector."""

    picture: Picture
    row: Embedding | None
    """What the database says of it so far."""
    seen: Seen | None = None
    image: Image.Image | None = None
    """Decoded and waiting for its batch."""
    digest: str = ""
    unchanged: bool = False
    """The row already says all of it."""


def look_at(readings: Iterable[Reading], embedder: Embedder) -> Iterator[int]:
    """Fill in every reading, computing only the vectors that no row has; yields how many each batch computed.

    A picture that cannot be read or embedded gets its error and stops no other. Raises EmbedderUnavailable.
    """
    unknown = (reading for reading in readings if not _is_known(reading, embedder.fingerprint))
    for batch in batched(unknown, get_settings().batch_size):
        _embed(batch, embedder)
        yield sum(1 for reading in batch if reading.seen and reading.seen.vector)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` items, the last one shorter; itertools has it from Python 3.12 on."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def reason_of(error: Exception) -> str:
    """Return the sentence that a row keeps of an error."""
    text = str(error) or "no further words"
    return text if isinstance(error, InvalidImage) else f"{type(error).__name__}: {text}"


def _is_known(reading: Reading, fingerprint: str) -> bool:
    """Read the picture; tell whether nothing is to be computed: unchanged, unreadable, or the same file as another."""
    try:
        content = _read(reading.picture)
        reading.digest = digest_of(content)
        reading.unchanged = _says_it_already(reading)
        if reading.unchanged:
            return True
        reading.seen = _same_file(reading.digest, fingerprint)
        if reading.seen is None:
            reading.image = open_image(content, longest_side=LONGEST_SIDE)
            reading.image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except Exception as error:  # a storage may raise anything, and no picture may stop another
        _fail(reading, error)
    return reading.seen is not None


def _read(picture: Picture) -> bytes:
    most = get_settings().image_bytes_most
    with picture.open() as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ImageTooLarge(f"Expected a picture of at most {most:,} bytes.")
    return content


def _says_it_already(reading: Reading) -> bool:
    row = reading.row
    return bool(
        row and row.state == "ready" and row.digest == reading.digest and row.picture_name == reading.picture.name
    )


def _same_file(digest: str, fingerprint: str) -> Seen | None:
    """Return what is known of the same bytes elsewhere: the same file in two places has one vector."""
    same = Embedding.objects.filter(fingerprint=fingerprint, digest=digest, vector__isnull=False)
    found = same.values_list("vector", "perceptual_hash").first()
    return Seen(digest=digest, vector=bytes(found[0] or b""), perceptual_hash=found[1]) if found else None


def _embed(batch: list[Reading], embedder: Embedder) -> None:
    """Embed a batch at once, and one by one where that fails, so that the one at fault is found."""
    try:
        _keep(batch, embedder)
    except EmbedderUnavailable:
        raise
    except Exception as error:
        if len(batch) == 1:
            _fail(batch[0], error)
            return
        for reading in batch:
            _embed([reading], embedder)


def _keep(batch: list[Reading], embedder: Embedder) -> None:
    images = [reading.image for reading in batch if reading.image is not None]
    # One wrong vector among the rows would spoil the answers of every search.
    vectors = as_vectors(embedder.embed(images), embedder.dimensions)
    for reading, image, vector in zip(batch, images, vectors, strict=True):
        reading.seen = Seen(digest=reading.digest, perceptual_hash=perceptual_hash(image), vector=pack(vector))
        reading.image = None


def _fail(reading: Reading, error: Exception) -> None:
    reading.image = None
    reading.seen = Seen(digest=reading.digest, error=reason_of(error))
    logger.warning("Picture %s cannot be embedded: %s", reading.picture.name, reading.seen.error)
