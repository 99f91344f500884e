"""From candidates to results: what is shown now, one object a group, best first."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from visualsearch.keys import with_keys
from visualsearch.search.results import Candidate, Result
from visualsearch.sources import VisualSource

logger = logging.getLogger(__name__)

CHUNK = 5_000
"""Most values in one SQL condition."""


def keep_allowed(source: VisualSource, candidates: list[Candidate], allowed: QuerySet[Any]) -> Iterator[Result]:
    """Yield the candidates whose object may be shown at this moment and still has the picture that matched.

    This is the last word on what a shopper sees: whatever an index says, it is read from the database here.
    """
    objects = _read(allowed, {candidate.object_key for candidate in candidates})
    for candidate in candidates:
        obj = objects.get(candidate.object_key)
        result = _result_or_none(source, obj, candidate) if obj is not None else None
        if result:
            yield result


def best_of_each_group(results: Iterable[Result]) -> list[Result]:
    """Return the first of each group, in order."""
    best: dict[str, Result] = {}
    for result in results:
        best.setdefault(result.group, result)
    return list(best.values())


def _read(allowed: QuerySet[Any], keys: set[str]) -> dict[str, Any]:
    wanted = sorted(keys)
    chunks = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return {str(obj.pk): obj for chunk in chunks for obj in with_keys(allowed, chunk)}


def _result_or_none(source: VisualSource, obj: Any, candidate: Candidate) -> Result | None:
    try:
        return _result(source, obj, candidate)
    except Exception:  # a shop's hook that fails on one object must not take the whole answer along
        logger.exception("%s %s is left out of an answer: its source failed.", source.name, candidate.object_key)
        return None


def _result(source: VisualSource, obj: Any, candidate: Candidate) -> Result | None:
    for picture in source.get_pictures(obj):
        if picture.key == candidate.picture_key and picture.name == candidate.picture_name:
            return Result(
                object=obj,
                key=source.get_key(obj),
                title=source.get_title(obj),
                url=source.get_url(obj),
                group=source.get_group(obj),
                score=candidate.score,
                picture=picture,
            )
    return None
