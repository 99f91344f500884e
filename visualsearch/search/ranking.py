"""From candidates to results: what is shown now, one object a group, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet

from visualsearch.keys import with_keys
from visualsearch.search.results import Candidate, Result
from visualsearch.sources import Picture, VisualSource
from visualsearch.sources.hooks import group_of, key_of, pictures_shown, title_of, url_of

CHUNK = 5_000
"""Most values in one SQL condition."""


def keep_allowed(source: VisualSource, candidates: list[Candidate], allowed: QuerySet[Any]) -> Iterator[Result]:
    """Yield the candidates whose object may be shown at this moment and still has the picture that matched.

    This is the last word on what a shopper sees: whatever an index says, it is read from the database here.
    """
    objects = _read(source, allowed, {candidate.object_key for candidate in candidates})
    for candidate in candidates:
        found = objects.get(candidate.object_key)
        result = found.result(candidate) if found else None
        if result:
            yield result


def best_of_each_group(results: Iterable[Result]) -> list[Result]:
    """Return the first of each group, in order."""
    best: dict[str, Result] = {}
    for result in results:
        best.setdefault(result.group, result)
    return list(best.values())


class _Object:
    """An object of an answer: its hooks are asked once, however many of its pictures are candidates."""

    def __init__(self, source: VisualSource, obj: Any) -> None:
        self._source = source
        self._object = obj

    def result(self, candidate: Candidate) -> Result | None:
        """Return the candidate as a result, None where the object has that picture no more."""
        picture = self._pictures.get((candidate.picture_key, candidate.picture_name))
        if picture is None:
            return None
        return self._as_result(score=candidate.score, picture=picture)

    @cached_property
    def _pictures(self) -> dict[tuple[str, str], Picture]:
        pictures = pictures_shown(self._source, self._object)
        return {(picture.key, picture.name): picture for picture in pictures}

    @cached_property
    def _as_result(self) -> partial[Result]:
        source, obj = self._source, self._object
        return partial(
            Result,
            object=obj,
            key=key_of(source, obj),
            title=title_of(source, obj),
            url=url_of(source, obj),
            group=group_of(source, obj),
        )


def _read(source: VisualSource, allowed: QuerySet[Any], keys: set[str]) -> dict[str, _Object]:
    wanted = sorted(keys)
    chunks = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return {str(obj.pk): _Object(source, obj) for chunk in chunks for obj in with_keys(allowed, chunk)}
