"""From queries to a report: every figure of how good the search is on a shop's own goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils import timezone

from visualsearch import __version__
from visualsearch.embedders import Embedder
from visualsearch.models import serving_embedder
from visualsearch.search.evaluation.adaptation import Adapted, NotingSearch, measure_adaptation
from visualsearch.search.evaluation.figures import Figures
from visualsearch.search.evaluation.histogram import Histogram, histogram_of
from visualsearch.search.evaluation.matrix import Matrix, matrix_of
from visualsearch.search.evaluation.measured import Measured, Search, measure_all
from visualsearch.search.evaluation.queries import Failure, Query
from visualsearch.search.evaluation.reliability import ReliabilityBin, reliability_of
from visualsearch.search.evaluation.worst import Worst, worst_of
from visualsearch.search.pipeline import find_similar

LIMIT = 10
"""Results looked at; recall@10 needs as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was measured."""

    embedder: str
    fingerprint: str
    sources: tuple[str, ...]
    photos: int
    """Photos, or pictures of the shop, that were searched with."""
    unknown: int
    """Of them, those to which the shop shows no right answer: they can only be wrong."""
    seed: int
    limit: int
    catalogue: int | None
    """Pictures that were searched in memory; None where the live index answered."""
    made: str
    """Moment, ISO 8601."""
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every figure of one embedder on some photos."""

    about: About
    matrix: Matrix
    reliability: tuple[ReliabilityBin, ...]
    """Empty where no result has a probability."""
    scores: Histogram | None
    worst: tuple[Worst, ...]
    failed: tuple[Failure, ...]
    example: Query | None
    """The first query that could be searched with."""
    adapted: Adapted | None = None
    """What adaptation to the photos brings; of photos with known answers alone."""

    @property
    def figures(self) -> Figures:
        """The figures of all searches."""
        return self.matrix.rows[0].cells[0]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: all but the pictures."""
        return {
            **self.figures.as_dict(),
            "about": self.about.as_dict(),
            "matrix": self.matrix.as_list(),
            "reliability": [one.as_dict() for one in self.reliability],
            "scores": self.scores.as_dict() if self.scores else None,
            "worst": [one.as_dict() for one in self.worst],
            "failed": [{"photo": one.name, "reason": one.reason} for one in self.failed],
            "adaptation": self.adapted.as_dict() if self.adapted else None,
        }


def evaluate(queries: Iterable[Query], *, seed: int = 0, limit: int = LIMIT) -> Report:
    """Search with every query as shoppers do, and return the figures; `queries` may show progress as it is read.

    A picture of the shop is searched with once a disturbance, a photo as it is; photos then again by what was seen of
    them, with and without adaptation. The same shop, queries and seed give
    the same figures but for the times. Raises EmbedderUnavailable, IndexUnavailable and InvalidQuery.
    """
    embedder, search = serving_embedder(), NotingSearch()
    (measured,), failed = measure_all(queries, [search], seed=seed, limit=limit)
    report = report_of(measured, failed, search=find_similar, embedder=embedder, seed=seed, limit=limit)
    adapted = measure_adaptation([one.query for one in measured], search.seen, seed=seed, limit=limit)
    return replace(report, adapted=adapted)


def report_of(
    measured: Sequence[Measured],
    failed: Sequence[Failure],
    *,
    search: Search,
    embedder: Embedder,
    seed: int,
    limit: int,
    catalogue: int | None = None,
) -> Report:
    """Return the report on searches that are made, with the worst of them made again."""
    sure = [one for one in measured if one.probability is not None]
    queries = list({id(one.query): one.query for one in measured}.values())
    about = About(
        embedder=embedder.name,
        fingerprint=embedder.fingerprint,
        sources=tuple(sorted({query.source for query in queries})),
        photos=len(queries),
        unknown=sum(1 for query in queries if not query.goods),
        seed=seed,
        limit=limit,
        catalogue=catalogue,
        made=timezone.now().isoformat(timespec="seconds"),
        version=__version__,
    )
    bins = reliability_of([one.probability or 0.0 for one in sure], [one.is_first for one in sure])
    return Report(
        about=about,
        matrix=matrix_of(measured),
        reliability=bins if sure else (),
        scores=histogram_of(measured),
        worst=tuple(worst_of(measured, search, seed=seed, limit=limit)),
        failed=tuple(failed),
        example=queries[0] if queries else None,
    )
