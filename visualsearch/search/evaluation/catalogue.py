"""The shop's pictures in memory, as other embedders than the serving one see them: no row is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import EmbedderUnavailable, VisualSearchError
from visualsearch.images import open_image
from visualsearch.indexes.scores import cosines
from visualsearch.search.evaluation.queries import Failure
from visualsearch.search.evaluation.shots import open_picture
from visualsearch.search.photos import see
from visualsearch.search.query import Photo, PhotoQuery
from visualsearch.search.ranking import keep_allowed
from visualsearch.search.results import Candidate, Result
from visualsearch.sources import Picture, VisualSource, get_source
from visualsearch.sources.hooks import group_of, pictures_shown
from visualsearch.vectors import as_vectors

IsChosen = Callable[[VisualSource, Any, Picture], bool]
"""Tells whether a picture of an object of a source belongs to what is searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a picture is in the shop."""

    source: str
    object_key: str
    picture_key: str
    picture_name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The pictures of one source; arrays have one row a picture."""

    places: list[Place]
    groups: NDArray[np.int64]
    """Numbers that the pictures of one group share, shape (n,)."""
    vectors: NDArray[np.float16]
    """As rows store them, shape (n, dimensions)."""


class Catalogue:
    """Every chosen picture as one embedder sees it, searched exactly."""

    def __init__(self, embedder: Embedder, places: Sequence[Place], vectors: NDArray[np.float16]) -> None:
        """`vectors` has one row a place, shape (n, dimensions)."""
        self.embedder = embedder
        self._size = len(places)
        names = np.array([place.source for place in places])
        self._shelves = {str(name): _shelf(places, vectors, np.flatnonzero(names == name)) for name in np.unique(names)}

    def __len__(self) -> int:
        return self._size

    def find(self, query: PhotoQuery) -> list[Result]:
        """Return what `find_similar` would, had this embedder answered with an index that misses nothing.

        Only photos, sources and limits are looked at; raises as `find_similar` does.
        """
        photo, source = query.one_photo, get_source(query.source)
        (sight,) = see(self.embedder, [_opened(photo)], [None], closer=not isinstance(photo, Picture))
        vector = as_vectors(sight.vector, self.embedder.dimensions)[0]
        shelf = self._shelves.get(source.name)
        if shelf is None:
            return []
        scores = cosines(shelf.vectors, vector)
        rows = _best_of_each_group(scores, shelf.groups)[: query.limit or get_settings().limit].tolist()
        candidates = [_candidate(shelf.places[row], row, float(scores[row])) for row in rows]
        return list(keep_allowed(source, candidates, source.get_queryset()))


def embed_catalogue(
    objects: Iterable[tuple[VisualSource, Any]], embedders: Sequence[Embedder], is_chosen: IsChosen
) -> tuple[list[Catalogue], list[Failure]]:
    """Return the chosen pictures of the objects as each of the embedders sees them, and those that cannot be read.

    Each picture is read once. Memory: two bytes a dimension of each picture and embedder. Raises EmbedderUnavailable.
    """
    places: list[Place] = []
    vectors: list[list[NDArray[np.float16]]] = [[] for _ in embedders]
    failed: list[Failure] = []
    pictures = _readable(objects, is_chosen, failed)
    for batch in _batches(pictures, get_settings().batch_size):
        for kept, rows in _embedded(batch, embedders, failed):
            places += kept
            for column, part in zip(vectors, rows, strict=True):
                column.append(part)
    return [
        Catalogue(embedder, places, np.concatenate([np.empty((0, embedder.dimensions), np.float16), *column]))
        for embedder, column in zip(embedders, vectors, strict=True)
    ], failed


def _readable(
    objects: Iterable[tuple[VisualSource, Any]], is_chosen: IsChosen, failed: list[Failure]
) -> Iterator[tuple[Place, Image.Image]]:
    for source, obj in objects:
        for picture in pictures_shown(source, obj):
            if not is_chosen(source, obj, picture):
                continue
            place = Place(
                source=source.name,
                object_key=str(obj.pk),
                picture_key=picture.key,
                picture_name=picture.name,
                group=group_of(source, obj),
            )
            try:
                yield place, open_picture(picture)
            except VisualSearchError as error:
                failed.append(Failure(name=picture.name, reason=str(error)))


def _batches(pictures: Iterator[tuple[Place, Image.Image]], size: int) -> Iterator[list[tuple[Place, Image.Image]]]:
    batch: list[tuple[Place, Image.Image]] = []
    for one in pictures:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _embedded(
    batch: list[tuple[Place, Image.Image]], embedders: Sequence[Embedder], failed: list[Failure]
) -> Iterator[tuple[list[Place], list[NDArray[np.float16]]]]:
    """Yield places with their vectors by each embedder; where one fails, one by one, so that it alone is left out."""
    images = [image for _, image in batch]
    try:
        rows = [as_vectors(one.embed(images), one.dimensions).astype(np.float16) for one in embedders]
    except EmbedderUnavailable:
        raise
    except VisualSearchError as error:
        if len(batch) == 1:
            failed.append(Failure(name=batch[0][0].picture_name, reason=str(error)))
            return
        for one in batch:
            yield from _embedded([one], embedders, failed)
    else:
        yield [place for place, _ in batch], rows


def _opened(photo: Photo) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    return open_picture(photo) if isinstance(photo, Picture) else open_image(photo)


def _shelf(places: Sequence[Place], vectors: NDArray[np.float16], rows: NDArray[np.int64]) -> Shelf:
    mine = [places[row] for row in rows]
    _, groups = np.unique([place.group for place in mine], return_inverse=True)
    return Shelf(places=mine, groups=groups, vectors=np.ascontiguousarray(vectors[rows]))


def _best_of_each_group(scores: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the best row of every group, best first."""
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(groups[order], return_index=True)
    return np.asarray(order[np.sort(first)])


def _candidate(place: Place, row: int, score: float) -> Candidate:
    return Candidate(
        row_id=row,
        object_key=place.object_key,
        picture_key=place.picture_key,
        picture_name=place.picture_name,
        score=score,
    )
