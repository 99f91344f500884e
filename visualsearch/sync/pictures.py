"""From a stored picture to its digest, its vector, or the reason why there is none.

A few threads read and decode ahead while the calling one asks the database and computes vectors: Pillow's decoders and
the networks let go of Python's lock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import EmbedderUnavailable, ImageTooLarge, InvalidImage
from visualsearch.hashing import digest_of, perceptual_hash
from visualsearch.images import decode_picture
from visualsearch.models import Embedding
from visualsearch.sources import Picture
from visualsearch.sync.batches import ahead, batched
from visualsearch.vectors import as_vectors, pack

logger = logging.getLogger(__name__)

THREADS = 4
"""That read and decode; each may hold one picture in its full size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found out about a picture: its vector, or an error."""

    digest: str = ""
    perceptual_hash: int | None = None
    vector: bytes | None = None
    error: str = ""
    """Why there is no vector; beside one, what is wrong with the file although it was read."""

    @property
    def is_failed(self) -> bool:
        """Whether there is no vector."""
        return bool(self.error) and self.vector is None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that waits for its batch."""

    image: Image.Image
    perceptual_hash: int
    note: str = ""
    """What is wrong with the file although it was read."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """A picture on its way to a vector."""

    picture: Picture
    row: Embedding | None
    """What the database says of it so far."""
    seen: Seen | None = None
    content: Future[bytes] | None = None
    """What a thread reads, until it is decoded."""
    decoded: Future[Decoded] | None = None
    """What a thread decodes, until it is embedded."""
    digest: str = ""
    unchanged: bool = False
    """The row already says all of it."""


def look_at(readings: Iterable[Reading], embedder: Embedder) -> Iterator[int]:
    """Fill in every reading, computing only the vectors that no row has; yields how many each batch computed.

    A picture that cannot be read or embedded gets its error and stops no other. Raises EmbedderUnavailable. While one
    batch is embedded the next is decoded and the files of one more are read; no more than that is held. While a slow
    picture is waited for 0 is yielded now and then, so that the lease of the batch can be renewed.
    """
    size = get_settings().batch_size
    with _threads() as threads:
        read = ahead((_begin_to_read(reading, threads) for reading in readings), size)
        unknown = (
            _begin_to_decode(reading, threads, embedder.longest_side)
            for reading in read
            if not _is_known(reading, embedder)
        )
        for batch in ahead(batched(unknown, size), 1):
            for reading in batch:
                yield from _wait_for(reading)
            if whole := [reading for reading in batch if _is_whole(reading)]:
                _embed(whole, embedder)
            yield sum(1 for reading in batch if reading.seen and reading.seen.vector)


def reason_of(error: Exception) -> str:
    """Return the sentence that a row keeps of an error."""
    # PostgreSQL keeps no text with a zero in it, which the bytes of a picture or a file's name may bring.
    text = str(error).replace("\0", "�") or "no further words"
    return text if isinstance(error, InvalidImage) else f"{type(error).__name__}: {text}"


@contextmanager
def _threads() -> Iterator[Executor]:
    """Give threads that are gone afterwards, whatever happens."""
    threads = ThreadPoolExecutor(THREADS, "visualsearch-pictures")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def _begin_to_read(reading: Reading, threads: Executor) -> Reading:
    reading.content = threads.submit(_read, reading.picture)
    return reading


def _begin_to_decode(reading: Reading, threads: Executor, longest_side: int) -> Reading:
    if reading.content:
        reading.decoded = threads.submit(decode_content, reading.content.result(), longest_side)
        reading.content = None
    return reading


def _read(picture: Picture) -> bytes:
    try:
        return read_content(picture)
    finally:
        # Those of this thread alone: there are storages that keep files in a database.
        connections.close_all()


def read_content(picture: Picture) -> bytes:
    """Return the bytes of a stored picture; raises whatever its storage does, and ImageTooLarge."""
    most = get_settings().image_bytes_most
    with picture.open() as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ImageTooLarge(f"Expected a picture of at most {most:,} bytes.")
    return content


def decode_content(content: bytes, longest_side: int) -> Decoded:
    """Return what an embedder needs of a picture; raises InvalidImage."""
    image, note = decode_picture(content, longest_side=longest_side)
    return Decoded(image, perceptual_hash(image), note)


def _is_known(reading: Reading, embedder: Embedder) -> bool:
    """Tell whether nothing is to be computed: unchanged, unreadable, or the same file as another."""
    try:
        content = reading.content.result() if reading.content else b""
        reading.digest = digest_of(content)
        reading.unchanged = _says_it_already(reading)
        if not reading.unchanged:
            reading.seen = _same_file(reading.digest, embedder.fingerprint)
    except Exception as error:  # a storage may raise anything, and no picture may stop another
        _fail(reading, error)
    if reading.unchanged or reading.seen:
        reading.content = None
        return True
    return False


def _says_it_already(reading: Reading) -> bool:
    row = reading.row
    return bool(
        row and row.state == "ready" and row.digest == reading.digest and row.picture_name == reading.picture.name
    )


def _same_file(digest: str, fingerprint: str) -> Seen | None:
    """Return what is known of the same bytes elsewhere: the same file in two places has one vector."""
    same = Embedding.objects.filter(fingerprint=fingerprint, digest=digest, vector__isnull=False)
    found = same.values_list("vector", "perceptual_hash", "error").first()
    if found is None:
        return None
    return Seen(digest=digest, vector=bytes(found[0] or b""), perceptual_hash=found[1], error=found[2])


def _wait_for(reading: Reading) -> Iterator[int]:
    """Wait until the picture is decoded; yields 0 as long as it is not."""
    patience = get_settings().lease_seconds / 4
    while reading.decoded and not wait([reading.decoded], patience).done:
        yield 0


def _is_whole(reading: Reading) -> bool:
    """Tell whether the picture could be decoded."""
    error = reading.decoded.exception() if reading.decoded else None
    if isinstance(error, Exception):
        _fail(reading, error)
    return error is None


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
    decoded = [reading.decoded.result() for reading in batch if reading.decoded]
    # One wrong vector among the rows would spoil the answers of every search.
    vectors = as_vectors(embedder.embed([one.image for one in decoded]), embedder.dimensions)
    for reading, one, vector in zip(batch, decoded, vectors, strict=True):
        reading.seen = Seen(
            digest=reading.digest, perceptual_hash=one.perceptual_hash, vector=pack(vector), error=one.note
        )
        reading.decoded = None


def _fail(reading: Reading, error: Exception) -> None:
    reading.content = reading.decoded = None
    reading.seen = Seen(digest=reading.digest, error=reason_of(error))
    logger.warning("Picture %s cannot be embedded: %s", reading.picture.name, reading.seen.error)
