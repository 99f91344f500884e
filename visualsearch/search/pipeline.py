"""From a photo to the shop's products."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import InvalidQuery, SearchForgotten
from visualsearch.images import Box, check_not_plain, crop, open_image, open_photo
from visualsearch.indexes import Attribute, Condition
from visualsearch.models import serving_embedder, space_of
from visualsearch.search.boxes import box_at
from visualsearch.search.calibration import Calibrated, get_calibrated
from visualsearch.search.candidates import CandidatePages
from visualsearch.search.conditions import conditions_of
from visualsearch.search.fallback import Opened, open_answering
from visualsearch.search.filters import allowed_objects, narrowed_objects
from visualsearch.search.judging import JUDGED, is_no_match, judge
from visualsearch.search.photos import see
from visualsearch.search.query import Photo, PhotoQuery
from visualsearch.search.ranking import best_of_each_group, keep_allowed
from visualsearch.search.results import Answer, Result, Tier
from visualsearch.search.seen import Seen
from visualsearch.sources import Picture, VisualSource, get_source
from visualsearch.telemetry import observe_search, step
from visualsearch.telemetry.searches import FOUND, NO_MATCH, Observation, name_source, note_objects
from visualsearch.vectors import Vectors

MOST_REGIONS = 10
"""Regions of one photo that one call searches with."""


@dataclass(frozen=True, slots=True)
class _Search:
    """What the searches with each region of one photo have in common."""

    query: PhotoQuery
    source: VisualSource
    embedder: Embedder
    opened: Opened
    narrowed: QuerySet[Any] | None
    conditions: tuple[Condition, ...] | None
    allowed: QuerySet[Any]
    limit: int
    calibrated: Calibrated | None


def find_similar(query: PhotoQuery) -> Answer:
    """Return the objects whose pictures look most like the photo: one a group, best first, every one shown right now.

    Raises InvalidImage for a photo that cannot be read, InvalidQuery for a wrong box, filter, limit or source,
    SearchForgotten for what another embedder has seen, EmbedderUnavailable when the model cannot be loaded and
    IndexUnavailable when the index cannot answer.
    """
    if isinstance(query.photo, Seen):
        return _find_again(query, query.photo)
    if query.box is None or not query.suggest:
        return find_each(query, [query.box])[0]
    with observe_search(query.source) as observed:
        answer = _find_part(query, query.photo, query.box)
        _note(observed, [answer])
    return answer


def find_each(query: PhotoQuery, boxes: Sequence[Box | None]) -> list[Answer]:
    """Return an answer for each of 1 to 10 regions of the photo, None for the whole of it, seen in one batch.

    The query's own box is left aside. Raises what `find_similar` raises.
    """
    if not 1 <= len(boxes) <= MOST_REGIONS:
        raise InvalidQuery(f"Expected 1 to {MOST_REGIONS} regions of a photo, got {len(boxes)}.")
    if isinstance(query.photo, Seen):
        raise InvalidQuery("Expected the photo itself: what was seen of it is of one region alone.")
    with observe_search(query.source) as observed:
        answers = _find_each(query, query.photo, boxes)
        _note(observed, answers)
    return answers


def find_at(query: PhotoQuery, point: tuple[float, float]) -> tuple[Box, Answer]:
    """Return the box of the thing that stands at a point, in fractions of the photo, and what is found with it.

    The answer's boxes are those of the whole photo; the query's own box is left aside. Raises what `find_similar`
    raises.
    """
    if isinstance(query.photo, Seen):
        raise InvalidQuery("Expected the photo itself: what was seen of it is of one region alone.")
    with observe_search(query.source) as observed:
        box, answer = _find_at(query, query.photo, point)
        _note(observed, [answer])
    return box, answer


def _find_at(query: PhotoQuery, photo: Photo, point: tuple[float, float]) -> tuple[Box, Answer]:
    """See the whole photo first, for its boxes alone, then the thing."""
    search = _prepare(query)
    (image,) = _open_regions(query, photo, [None])
    with step("embed"):
        (whole,) = see(search.embedder, [image], [None], closer=False)
    box = box_at(point, whole.boxes)
    (region,) = _open_regions(query, image, [box])
    with step("embed"):
        (part,) = see(search.embedder, [region], [box])
    return box, _answer(search, region, part.vector[None], whole.boxes)


def _find_each(query: PhotoQuery, photo: Photo, boxes: Sequence[Box | None]) -> list[Answer]:
    # Before anything costs time: a wrong question is answered at once.
    search = _prepare(query)
    regions = _open_regions(query, photo, boxes)
    with step("embed"):
        sights = see(search.embedder, regions, boxes, closer=not _is_own(query))
    return [
        _answer(search, region, sight.vector[None], sight.boxes) for region, sight in zip(regions, sights, strict=True)
    ]


def _find_part(query: PhotoQuery, photo: Photo, box: Box) -> Answer:
    """Search with a region alone; the whole photo is seen beside it, for its boxes and without its subject."""
    search = _prepare(query)
    regions = _open_regions(query, photo, [None, box])
    with step("embed"):
        whole, part = see(search.embedder, regions, [None, box], closer=False)
    return _answer(search, regions[1], part.vector[None], whole.boxes)


def _open_regions(query: PhotoQuery, photo: Photo, boxes: Sequence[Box | None]) -> list[Image.Image]:
    with step("decode"):
        image = _open(photo)
    regions = [crop(image, box) if box else image for box in boxes]
    if not _is_own(query):
        for region in regions:
            check_not_plain(region)
    return regions


def _is_own(query: PhotoQuery) -> bool:
    return query.is_own or isinstance(query.photo, Picture)


def _find_again(query: PhotoQuery, seen: Seen) -> Answer:
    if query.box is not None:
        raise InvalidQuery("Expected no box: what was seen of a photo is of one region alone.")
    with observe_search(query.source) as observed:
        answer = _answer_seen(query, seen)
        _note(observed, [answer])
    return answer


def _note(observed: Observation, answers: Sequence[Answer]) -> None:
    observed.outcome = NO_MATCH if answers[0].no_match else FOUND
    observed.results, observed.revision = len(answers[0].results), answers[0].revision
    note_objects(result.object.pk for answer in answers for result in answer.results)


def _answer_seen(query: PhotoQuery, seen: Seen) -> Answer:
    search = _prepare(query)
    if (seen.fingerprint, seen.vector.shape[1]) != (search.embedder.fingerprint, search.embedder.dimensions):
        raise SearchForgotten("The photo was seen by an embedder that no longer answers: send it again.")
    return _answer(search, seen.copies, seen.vector, ())


def _prepare(query: PhotoQuery) -> _Search:
    source = get_source(query.source)
    name_source(source.name)
    limit = check_limit(query.limit)
    narrowed = narrowed_objects(source, query.within, query.filters)
    # Read once: photo and index are of one space, also when another embedder takes over meanwhile.
    embedder = serving_embedder(prepare_next=True)
    space = space_of(source.name, embedder)
    with step("catch_up"):
        opened = open_answering(space)
    allowed = allowed_objects(source, narrowed)
    conditions = conditions_of(_comparable(source), query.filters) if query.within is None else None
    return _Search(query, source, embedder, opened, narrowed, conditions, allowed, limit, get_calibrated(space))


def _comparable(source: VisualSource) -> list[Attribute]:
    """Return the attributes that an index compares as the shop's database does; MySQL takes "Red" for "red"."""
    folds = connections[source.get_queryset().db].vendor == "mysql"
    return [attribute for attribute in source.attributes if not (folds and attribute.kind == "text")]


def _answer(search: _Search, region: Image.Image | Collection[str], vector: Vectors, boxes: tuple[Box, ...]) -> Answer:
    # The first is judged beside the next ones, also where it alone is asked for.
    wanted = max(search.limit, JUDGED)
    pages = CandidatePages(search.opened, vector, wanted, search.narrowed, search.conditions)
    with step("find"):
        found = collect(pages, search.query.min_score, search.source, search.allowed, wanted)
    with step("judge"):
        judged = judge(found, region, search.calibrated)
    results = tuple(result for result in judged[: search.limit] if result.score >= search.query.min_score)
    return Answer(
        results=results,
        revision=pages.revision,
        key_name=search.source.key_field,
        no_match=bool(results) and is_no_match(judged, search.calibrated),
        boxes=boxes,
        seen=Seen(fingerprint=search.embedder.fingerprint, vector=vector, copies=_copies(judged)),
    )


def _copies(results: Sequence[Result]) -> frozenset[str]:
    return frozenset(result.picture.name for result in results if result.tier is Tier.SAME_PICTURE)


def collect(
    pages: CandidatePages, min_score: float, source: VisualSource, allowed: QuerySet[Any], limit: int
) -> list[Result]:
    """Ask for more candidates until there are enough groups, or enough to judge by and no candidate is near enough."""
    results: list[Result] = []
    while len(results) < limit and (page := pages.next()) is not None:
        shown = list(keep_allowed(source, page, allowed))
        pages.kept(len(shown))
        results = best_of_each_group([*results, *shown])
        if len(results) >= JUDGED and page and page[-1].score < min_score:
            break
    return results[:limit]


def _open(photo: Photo) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    if isinstance(photo, Picture):
        with photo.open() as file:
            return open_image(file)
    return open_photo(photo)


def check_limit(asked: int | None) -> int:
    """Return how many results are asked for; raises InvalidQuery for too many or none."""
    settings = get_settings()
    limit = settings.limit if asked is None else asked
    if not 1 <= limit <= settings.limit_most:
        raise InvalidQuery(f"Expected a limit from 1 to {settings.limit_most}, got {limit}.")
    return limit
