"""From a photo to the shop's products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.exceptions import InvalidQuery, SearchForgotten
from visualsearch.images import Box
from visualsearch.indexes import Attribute, Condition
from visualsearch.models import serving_embedder, space_of
from visualsearch.search.adaptation import Adaptation, adapt, get_adaptation
from visualsearch.search.boxes import box_at
from visualsearch.search.calibration import Calibrated, get_calibrated
from visualsearch.search.candidates import CandidatePages
from visualsearch.search.conditions import conditions_of
from visualsearch.search.fallback import Opened, open_answering
from visualsearch.search.filters import allowed_objects, narrowed_objects
from visualsearch.search.judging import JUDGED, is_no_match, judge
from visualsearch.search.photos import see, see_several
from visualsearch.search.query import PHOTOS_MOST, Photo, PhotoQuery
from visualsearch.search.ranking import best_of_each_group, keep_allowed
from visualsearch.search.regions import is_own, open_regions, open_several
from visualsearch.search.results import Answer, Result, Tier
from visualsearch.search.seen import Seen
from visualsearch.sources import VisualSource, get_source
from visualsearch.telemetry import observe_search, step
from visualsearch.telemetry.searches import FOUND, NO_MATCH, Observation, name_source, note_objects
from visualsearch.vectors import Vectors, normalise

MOST_REGIONS = 10
"""Regions of one photo that one call searches with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What the searches of one query have in common."""

    query: PhotoQuery
    source: VisualSource
    embedder: Embedder
    opened: Opened
    narrowed: QuerySet[Any] | None
    conditions: tuple[Condition, ...] | None
    allowed: QuerySet[Any]
    limit: int
    calibrated: Calibrated | None
    adaptation: Adaptation | None


def find_similar(query: PhotoQuery) -> Answer:
    """Return the objects whose pictures look most like the photo: one a group, best first, every one shown right now.

    Several photos of one thing are searched with as one, by what they show together. Raises InvalidImage for a photo
    that cannot be read, InvalidQuery for a wrong box, filter, limit or source or a wrong number of photos,
    SearchForgotten for what another embedder has seen, EmbedderUnavailable when the model cannot be loaded and
    IndexUnavailable when the index cannot answer.
    """
    if isinstance(query.photo, Seen):
        return _find_again(query, query.photo)
    if isinstance(query.photo, list | tuple):
        return _find_together(query, query.photo)
    if query.box is None or not query.suggest:
        return find_each(query, [query.box])[0]
    with observe_search(query.source) as observed:
        answer = _find_part(query, query.one_photo, query.box)
        _note(observed, [answer])
    return answer


def find_each(query: PhotoQuery, boxes: Sequence[Box | None]) -> list[Answer]:
    """Return an answer for each of 1 to 10 regions of the photo, None for the whole of it, seen in one batch.

    The query's own box is left aside. Raises what `find_similar` raises.
    """
    if not 1 <= len(boxes) <= MOST_REGIONS:
        raise InvalidQuery(f"Expected 1 to {MOST_REGIONS} regions of a photo, got {len(boxes)}.")
    photo = query.one_photo
    with observe_search(query.source) as observed:
        answers = _find_each(query, photo, boxes)
        _note(observed, answers)
    return answers


def find_at(query: PhotoQuery, point: tuple[float, float]) -> tuple[Box, Answer]:
    """Return the box of the thing that stands at a point, in fractions of the photo, and what is found with it.

    The answer's boxes are those of the whole photo; the query's own box is left aside. Raises what `find_similar`
    raises.
    """
    photo = query.one_photo
    with observe_search(query.source) as observed:
        box, answer = _find_at(query, photo, point)
        _note(observed, [answer])
    return box, answer


def _find_at(query: PhotoQuery, photo: Photo, point: tuple[float, float]) -> tuple[Box, Answer]:
    """See the whole photo first, for its boxes alone, then the thing."""
    search, own = _prepare(query), is_own(query, photo)
    (image,) = open_regions(photo, [None], own=own)
    with step("embed"):
        (whole,) = see(search.embedder, [image], [None], closer=False)
    box = box_at(point, whole.boxes)
    (region,) = open_regions(image, [box], own=own)
    with step("embed"):
        (part,) = see(search.embedder, [region], [box])
    return box, _answer(search, [region], part.vector[None], whole.boxes, own=float(own))


def _find_each(query: PhotoQuery, photo: Photo, boxes: Sequence[Box | None]) -> list[Answer]:
    # Before anything costs time: a wrong question is answered at once.
    search, own = _prepare(query), is_own(query, photo)
    regions = open_regions(photo, boxes, own=own)
    with step("embed"):
        sights = see(search.embedder, regions, boxes, closer=not own)
    answers = []
    for region, box, sight in zip(regions, boxes, sights, strict=True):
        answer = _answer(search, [region], sight.vector[None], sight.boxes, own=float(own))
        answers.append(answer if box or own else replace(answer, unadapted=sight.vector[None]))
    return answers


def _find_part(query: PhotoQuery, photo: Photo, box: Box) -> Answer:
    """Search with a region alone; the whole photo is seen beside it, for its boxes and without its subject."""
    search, own = _prepare(query), is_own(query, photo)
    regions = open_regions(photo, [None, box], own=own)
    with step("embed"):
        whole, part = see(search.embedder, regions, [None, box], closer=False)
    return _answer(search, regions[1:], part.vector[None], whole.boxes, own=float(own))


def _find_together(query: PhotoQuery, photos: Sequence[Photo]) -> Answer:
    if not 2 <= len(photos) <= PHOTOS_MOST:
        raise InvalidQuery(f"Expected 2 to {PHOTOS_MOST} photos of one thing, got {len(photos)}.")
    if query.box is not None or query.suggest:
        raise InvalidQuery("Expected no box with several photos of one thing, nor suggest: they are searched whole.")
    with observe_search(query.source) as observed:
        search, own = _prepare(query), [is_own(query, photo) for photo in photos]
        images = open_several(photos, own)
        with step("embed"):
            vectors = see_several(search.embedder, images, own)
        vector = normalise(vectors.mean(axis=0, keepdims=True))
        answer = _answer(search, images, vector, (), own=sum(own) / len(own))
        answer = answer if any(own) else replace(answer, unadapted=vector)
        _note(observed, [answer])
    return answer


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
    return _answer_to(search, seen.copies, seen, ())


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
    return _Search(
        query=query,
        source=source,
        embedder=embedder,
        opened=opened,
        narrowed=narrowed,
        conditions=conditions,
        allowed=allowed,
        limit=limit,
        calibrated=get_calibrated(space),
        adaptation=get_adaptation(space),
    )


def _comparable(source: VisualSource) -> list[Attribute]:
    """Return the attributes that an index compares as the shop's database does; MySQL takes "Red" for "red"."""
    folds = connections[source.get_queryset().db].vendor == "mysql"
    return [attribute for attribute in source.attributes if not (folds and attribute.kind == "text")]


def _answer(
    search: _Search, photos: Sequence[Image.Image], vector: Vectors, boxes: tuple[Box, ...], *, own: float
) -> Answer:
    """Search with what photos show together, shape (1, dimensions); `own` is the share of the shop's own, 0 to 1."""
    seen = Seen(fingerprint=search.embedder.fingerprint, vector=vector)
    adapted = adapt(seen, search.adaptation, 1 - own) if search.adaptation else seen
    return _answer_to(search, photos, adapted, boxes)


def _answer_to(
    search: _Search, photos: Sequence[Image.Image] | frozenset[str], seen: Seen, boxes: tuple[Box, ...]
) -> Answer:
    # The first is judged beside the next ones, also where it alone is asked for.
    wanted, min_score = max(search.limit, JUDGED), search.query.min_score
    pages = CandidatePages(search.opened, seen.vector, wanted, search.narrowed, search.conditions)
    with step("find"):
        found = collect(pages, seen.cosine_of(min_score), search.source, search.allowed, wanted)
    scored = [replace(result, score=seen.score_of(result.score)) for result in found]
    with step("judge"):
        judged = judge(scored, photos, search.calibrated)
    results = tuple(result for result in judged[: search.limit] if result.score >= min_score)
    return Answer(
        results=results,
        revision=pages.revision,
        key_name=search.source.key_field,
        no_match=bool(results) and is_no_match(judged, search.calibrated),
        boxes=boxes,
        seen=replace(seen, copies=_copies(judged)),
    )


def _copies(results: Sequence[Result]) -> frozenset[str]:
    return frozenset(result.picture.name for result in results if result.tier is Tier.SAME_PICTURE)


def collect(
    pages: CandidatePages, min_score: float, source: VisualSource, allowed: QuerySet[Any], limit: int
) -> list[Result]:
    """Ask for more candidates until there are enough groups, or enough to judge by and no candidate is near enough."""
    results: list[Result] = []
    known: set[str] = set()
    while len(results) < limit and (page := pages.next()) is not None:
        # Further pictures of an object that has a result already say nothing new, and one may have thousands.
        new = [candidate for candidate in page if candidate.object_key not in known]
        shown = list(keep_allowed(source, new, allowed))
        pages.kept(len(page) - len(new) + len(shown))
        known.update(str(result.object.pk) for result in shown)
        results = best_of_each_group([*results, *shown])
        if len(results) >= JUDGED and page and page[-1].score < min_score:
            break
    return results[:limit]


def check_limit(asked: int | None) -> int:
    """Return how many results are asked for; raises InvalidQuery for too many or none."""
    settings = get_settings()
    limit = settings.limit if asked is None else asked
    if not 1 <= limit <= settings.limit_most:
        raise InvalidQuery(f"Expected a limit from 1 to {settings.limit_most}, got {limit}.")
    return limit
