"""How long it takes to look again at every picture of a source, measured on a few of them here and now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from time import perf_counter

from visualsearch.embedders import Embedder
from visualsearch.exceptions import VisualSearchError
from visualsearch.hashing import digest_of
from visualsearch.models import serving_embedder
from visualsearch.sources import Picture, VisualSource
from visualsearch.sources.hooks import pictures_shown
from visualsearch.sync.pictures import decode_content, read_content
from visualsearch.sync.status import Progress, get_progress

logger = logging.getLogger(__name__)

SAMPLED = 8
"""Pictures that are read and embedded to learn how long it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a reindex of a whole source comes to."""

    progress: Progress
    sampled: int
    """Pictures that were measured; 0 where none could be read, and then nothing is known of the time."""
    unchanged: timedelta
    """For all pictures where no file has changed: each is read and known again."""
    changed: timedelta
    """For all pictures where each file has changed: each is read, decoded and embedded."""


def estimate_reindex(source: VisualSource) -> Estimate:
    """Count the pictures of a source, and measure a few of its newest."""
    progress = get_progress(source)
    contents, read = _read_some(source)
    embed = _seconds_to_embed(contents)
    count = max(len(contents), 1)
    return Estimate(
        progress=progress,
        sampled=len(contents),
        unchanged=timedelta(seconds=progress.wanted * read / count),
        changed=timedelta(seconds=progress.wanted * (read + embed) / count),
    )


def _read_some(source: VisualSource) -> tuple[list[bytes], float]:
    """Return the contents of a few pictures, and the seconds that reading and knowing them took."""
    contents = []
    start = perf_counter()
    for picture in islice(_newest(source), SAMPLED):
        try:
            content = read_content(picture)
        except Exception as error:  # a storage may raise anything
            logger.info("Picture %s is not measured: %s", picture.name, error)
            continue
        digest_of(content)
        contents.append(content)
    return contents, perf_counter() - start


def _newest(source: VisualSource) -> Iterator[Picture]:
    for obj in source.get_queryset().order_by("-pk")[:SAMPLED]:
        yield from pictures_shown(source, obj)


def _seconds_to_embed(contents: list[bytes]) -> float:
    embedder = serving_embedder()
    # The first pass of a network takes longer than any other, and happens once.
    embedder.prepare()
    start = perf_counter()
    try:
        _embed(contents, embedder)
    except VisualSearchError as error:
        logger.info("Pictures are not measured: %s", error)
    return perf_counter() - start


def _embed(contents: list[bytes], embedder: Embedder) -> None:
    images = []
    for content in contents:
        try:
            images.append(decode_content(content, embedder.longest_side).image)
        except VisualSearchError as error:
            logger.info("A picture is not measured: %s", error)
    if images:
        embedder.embed(images)
