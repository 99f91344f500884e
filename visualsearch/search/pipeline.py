"""From a photo to the shop's products."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.exceptions import InvalidQuery
from visualsearch.images import crop, open_image
from visualsearch.models import serving_embedder, space_of
from visualsearch.search.calibration import NEIGHBOURS, get_calibrated
from visualsearch.search.candidates import CandidatePages, open_index
from visualsearch.search.filters import allowed_objects, narrowed_objects
from visualsearch.search.judging import is_no_match, judge
from visualsearch.search.query import PhotoQuery
from visualsearch.search.ranking import best_of_each_group, keep_allowed
from visualsearch.search.results import Answer, Result
from visualsearch.sources import Picture, VisualSource, get_source


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
    region = _region(query)
    space = space_of(source.name, embedder)
    index = open_index(space)
    # A result is judged beside its neighbours, also where fewer are asked for.
    wanted = max(limit, NEIGHBOURS + 1)
    pages = CandidatePages(index, embedder.embed([region]), wanted, narrowed)
    found = _collect(pages, query.min_score, source, allowed_objects(source, narrowed), wanted)
    judged = judge(found, region, get_calibrated(space))
    results = tuple(result for result in judged[:limit] if result.score >= query.min_score)
    no_match = is_no_match(results)
    return Answer(results=results, revision=index.revision, key_name=source.key_field, no_match=no_match)


def _collect(
    pages: CandidatePages, min_score: float, source: VisualSource, allowed: QuerySet[Any], limit: int
) -> list[Result]:
    """Ask for more candidates until there are enough groups, or enough to judge by and no candidate is near enough."""
    results: list[Result] = []
    while len(results) < limit and (page := pages.next()) is not None:
        shown = list(keep_allowed(source, page, allowed))
        pages.kept(len(shown))
        results = best_of_each_group([*results, *shown])
        if len(results) > NEIGHBOURS and page and page[-1].score < min_score:
            break
    return results[:limit]


def _region(query: PhotoQuery) -> Image.Image:
    image = _open(query)
    return crop(image, query.box) if query.box else image


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
