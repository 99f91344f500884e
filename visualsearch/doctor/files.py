"""Pictures that could not be read, those with too few pixels to be judged by, and those that say a place."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.core.files.images import get_image_dimensions

from visualsearch.doctor.patients import CHUNK, Ward
from visualsearch.images import has_place, read_bytes
from visualsearch.models import Embedding, EmbeddingState, Finding, FindingKind
from visualsearch.sources import Picture
from visualsearch.sources.hooks import pictures_shown
from visualsearch.sources.shown import each_shown

logger = logging.getLogger(__name__)

SIDE_LEAST = 200
"""Pixels of the shorter side below which a picture is called too small: networks look at about as many."""


def find_failed(ward: Ward) -> Iterator[Finding]:
    """Yield each picture that failed, with its reason."""
    rows = Embedding.objects.of_space(ward.space).filter(state=EmbeddingState.FAILED).order_by("pk")
    for object_key, picture_key, error in rows.values_list("object_key", "picture_key", "error"):
        yield Finding(kind=FindingKind.FAILED, object_key=object_key, picture_key=picture_key, words=error)


def find_small(ward: Ward) -> Iterator[Finding]:
    """Yield each picture with too few pixels, by the headers of the files; one that cannot be read is passed over."""
    for obj in each_shown(ward.source, chunk=CHUNK):
        for picture in pictures_shown(ward.source, obj):
            size = _size_of(picture)
            if size and min(size) < SIDE_LEAST:
                words = f"{size[0]} x {size[1]} pixels."
                yield Finding(kind=FindingKind.SMALL, object_key=str(obj.pk), picture_key=picture.key, words=words)


def find_places(ward: Ward) -> Iterator[Finding]:
    """Yield each picture whose file says where it was taken, which whoever downloads it can read.

    One that cannot be read is passed over.
    """
    for obj in ward.source.get_queryset().order_by("pk").iterator(CHUNK):
        for picture in ward.source.get_pictures(obj):
            if _has_place(picture):
                words = "Whoever downloads the file can read where it was taken."
                yield Finding(kind=FindingKind.PLACE, object_key=str(obj.pk), picture_key=picture.key, words=words)


def _has_place(picture: Picture) -> bool:
    try:
        with picture.open() as file:
            return has_place(read_bytes(file))
    except Exception as error:  # a storage may raise anything, and what fails is another finding
        logger.info("Whether %s says a place is not known: %s", picture.name, error)
        return False


def _size_of(picture: Picture) -> tuple[int, int] | None:
    try:
        with picture.open() as file:
            width, height = get_image_dimensions(file)
    except Exception as error:  # a storage may raise anything, and what fails is another finding
        logger.info("The size of %s is not known: %s", picture.name, error)
        return None
    return (width, height) if width and height else None
