"""What can be asked: a photo or several of one thing, a region of it, and which objects may be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet
from PIL import Image

from visualsearch.exceptions import InvalidQuery
from visualsearch.images import Box
from visualsearch.search.seen import Seen
from visualsearch.sources import Picture

Photo = bytes | Path | IO[bytes] | Picture | Image.Image
"""Bytes, a path, an open file, one of the shop's own pictures, or an image that is decoded already."""

PHOTOS_MOST = 10
"""Photos of one thing that one query holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoQuery:
    """One search by photo."""

    photo: Photo | list[Photo] | tuple[Photo, ...] | Seen
    """The photo, 2 to 10 photos of one thing, or what an answer to an earlier search with it has `seen`."""
    box: Box | None = None
    """The region of the photo to search with; the whole photo without it."""
    suggest: bool = False
    """Whether the answer to a region shall say where things likely are in the whole photo, seen in the same batch."""
    is_own: bool = False
    """Whether an image is one of the shop's own pictures, decoded already: it is searched with as it stands."""
    source: str = ""
    """Name of the source to search; may be left out where only one is registered."""
    within: QuerySet[Any] | None = None
    """Answer with objects of this queryset alone; objects outside the source's own queryset are never answered."""
    filters: dict[str, Any] = field(default_factory=dict)
    """The same as keyword arguments of `QuerySet.filter`."""
    limit: int | None = None
    """Most results, 1 to the setting LIMIT_MOST; the setting LIMIT without it."""
    min_score: float = -1.0
    """Lowest cosine of a result, -1 to 1."""

    @property
    def one_photo(self) -> Photo:
        """The photo, of which regions can be searched with; raises InvalidQuery where there is not exactly one."""
        if isinstance(self.photo, Seen):
            raise InvalidQuery("Expected the photo itself: what was seen of it is of one region alone.")
        if isinstance(self.photo, list | tuple):
            raise InvalidQuery("Expected one photo: several photos of one thing are searched with whole.")
        return self.photo
