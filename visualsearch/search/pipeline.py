"""From a photo to the shop's products."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import InvalidQuery
from visualsearch.images import crop, open_image
from visualsearch.models import serving_embedder, space_of
from visualsearch.search.candidates import CandidatePages, open_index
from visualsearch.search.filters import allowed_objects, narrowed_objects
from visualsearch.search.query import PhotoQuery
from visualsearch.search.ranking import best_of_each_group, keep_allowed
from visualsearch.search.results import Answer, Result
from visualsearch.sources import Picture, VisualSource, get_source
from visualsearch.vectors import Vectors


def find_similar(query: PhotoQuery) -> Answer:
    """Return the objects whose pictures look most like the photo: one a group, best first, every one shown right now.

    Raises InvalidImage for a photo that cannot be read, InvalidQuery for a wrong box, filter, limit or source,
    EmbedderUnavailable when the model cannot be loaded and IndexUnavailable when the index cannot answer.
    """
    source = get_source(query.source)
    limit = _limit(query)
    narrowed = narrowed_objects(source, query)
    # Read once: photo and index are of one space, also when another embedder takes over meanwhile.
    embedder = serving_embedder(prepare_next=True)
    vector = _embed(query, embedder)
    index = open_index(space_of(source.name, embedder))
    pages = CandidatePages(index, vector, limit, narrowed)
    results = _collect(pages, query.min_score, source, allowed_objects(source, narrowed), limit)
    return Answer(results=tuple(results), revision=index.revision, key_name=source.key_field)


def _collect(
    pages: CandidatePages, min_score: float, source: VisualSource, allowed: QuerySet[Any], limit: int
) -> list[Result]:
    """Ask for more candidates until there are enough groups, or no candidate left that is near enough."""
    results: list[Result] = []
    while len(results) < limit and (page := pages.next()) is not None:
        near = [candidate for candidate in page if candidate.score >= min_score]
        shown = list(keep_allowed(source, near, allowed))
        pages.kept(len(shown))
        results = best_of_each_group([*results, *shown])
        if len(near) < len(page):
            break
    return results[:limit]


def _embed(query: PhotoQuery, embedder: Embedder) -> Vectors:
    image = _open(query)
    region = crop(image, query.box) if query.box else image
    return embedder.embed([region])


def _open(query: PhotoQuery) -> Image.Image:
    photo = query.photo
    if isinstance(photo, Image.Image):
        return photo
    if isinstance(photo, Picture):
        with photo.open() as file:
            return open_image(file)
    return open_image(photo)


def _limit(query: PhotoQuery) -> int:
    settings = get_settings()
    limit = settings.limit if query.limit is None else query.limit
    if not 1 <= limit <= settings.limit_most:
        raise InvalidQuery(f"Expected a limit from 1 to {settings.limit_most}, got {limit}.")
    return limit
