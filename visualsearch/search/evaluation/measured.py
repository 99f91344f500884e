"""From searches to what each of them came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

from visualsearch.exceptions import (
    EmbedderUnavailable,
    IndexUnavailable,
    InvalidQuery,
    InvalidVector,
    VisualSearchError,
)
from visualsearch.search.evaluation.queries import Failure, Query
from visualsearch.search.evaluation.shots import Shot, shots_of
from visualsearch.search.query import PhotoQuery
from visualsearch.search.results import Result

Search = Callable[[PhotoQuery], Iterable[Result]]
"""From a question to its results, best first: `find_similar`, or another way to answer that is to be compared."""

_OF_EVERY_SEARCH = (EmbedderUnavailable, IndexUnavailable, InvalidQuery)
"""What one search raises, the next would raise too; but a vector is wrong for one image alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one search came to."""

    query: Query
    disturbance: str
    hits: tuple[bool, ...]
    """Whether the result at each rank is right, best rank first."""
    milliseconds: float
    score: float | None
    """Cosine of the first result; None where nothing was found."""
    probability: float | None
    """Probability of the first result, 0 to 1; None where nothing was found or nothing is calibrated."""

    @property
    def is_first(self) -> bool:
        """Tell whether the first result is right."""
        return bool(self.hits) and self.hits[0]

    @property
    def rank(self) -> int | None:
        """The rank of the first right result, from 1; None where none is right."""
        return next((rank for rank, hit in enumerate(self.hits, 1) if hit), None)


def measure(shot: Shot, search: Search, limit: int) -> Measured:
    """Make one search; raises what it raises."""
    asked = PhotoQuery(photo=shot.photo, source=shot.query.source, limit=limit)
    return measure_asked(shot.query, asked, search, disturbance=shot.disturbance)


def measure_asked(query: Query, asked: PhotoQuery, search: Search, *, disturbance: str) -> Measured:
    """Make one search as it is asked, by the right answers of a query; raises what it raises."""
    start = perf_counter()
    results = list(search(asked))
    milliseconds = (perf_counter() - start) * 1000
    return Measured(
        query=query,
        disturbance=disturbance,
        hits=tuple(query.is_right(result) for result in results),
        milliseconds=milliseconds,
        score=results[0].score if results else None,
        probability=results[0].probability if results else None,
    )


def measure_all(
    queries: Iterable[Query], searches: Sequence[Search], *, seed: int, limit: int
) -> tuple[list[list[Measured]], list[Failure]]:
    """Make every search for every query with each of `searches`, and return what each of those came to, and failures.

    A query of which one image cannot be searched with stands in no figure, so that all are measured alike. Raises
    EmbedderUnavailable, IndexUnavailable and InvalidQuery, after which no other search could succeed.
    """
    measured: list[list[Measured]] = [[] for _ in searches]
    failed: list[Failure] = []
    for query in queries:
        try:
            rows = [[measure(shot, search, limit) for search in searches] for shot in shots_of(query, seed)]
        except (VisualSearchError, OSError) as error:
            if isinstance(error, _OF_EVERY_SEARCH) and not isinstance(error, InvalidVector):
                raise
            failed.append(Failure(name=query.name, reason=str(error)))
        else:
            for row in rows:
                for kept, one in zip(measured, row, strict=True):
                    kept.append(one)
    return measured, failed
