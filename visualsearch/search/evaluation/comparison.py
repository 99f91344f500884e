"""Two embedders side by side on the same photos and the same pictures of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from visualsearch.search.evaluation.bootstrap import Difference, paired_bootstrap
from visualsearch.search.evaluation.catalogue import Catalogue
from visualsearch.search.evaluation.figures import reciprocal_rank
from visualsearch.search.evaluation.measured import Measured, measure_all
from visualsearch.search.evaluation.queries import Failure, Query
from visualsearch.search.evaluation.report import LIMIT, Report, report_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What another embedder would change."""

    serving: Report
    other: Report
    differences: tuple[Difference, ...]
    """Of recall@1 and MRR, the other above the serving one; empty where nothing could be measured."""

    @property
    def sentences(self) -> list[str]:
        """Say in words what the differences are worth."""
        names = self.other.about.embedder, self.serving.about.embedder
        return [difference.sentence(*names) for difference in self.differences]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: the report on the serving embedder, and what is different with the other one."""
        return {
            **self.serving.as_dict(),
            "comparison": {
                "other": self.other.as_dict(),
                "differences": [difference.as_dict() for difference in self.differences],
                "sentences": self.sentences,
            },
        }


def compare(
    queries: Iterable[Query],
    serving: Catalogue,
    other: Catalogue,
    unreadable: Sequence[Failure] = (),
    *,
    seed: int = 0,
    limit: int = LIMIT,
) -> Comparison:
    """Search in both with every query, one after the other by the same exact search, so that only embedders differ.

    `unreadable` are pictures of the catalogue that were left out; the reports name them. Raises as `evaluate` does.
    """
    found, failed = measure_all(queries, [serving.find, other.find], seed=seed, limit=limit)
    failed = list({one.name: one for one in (*unreadable, *failed)}.values())
    reports = [
        report_of(
            measured,
            failed,
            search=catalogue.find,
            embedder=catalogue.embedder,
            seed=seed,
            limit=limit,
            catalogue=len(catalogue),
        )
        for measured, catalogue in zip(found, (serving, other), strict=True)
    ]
    return Comparison(serving=reports[0], other=reports[1], differences=_differences(found[0], found[1], seed))


def _differences(serving: list[Measured], other: list[Measured], seed: int) -> tuple[Difference, ...]:
    if not serving:
        return ()
    return (
        paired_bootstrap("recall@1", _by_photo(serving, other, lambda one: float(one.is_first)), seed),
        paired_bootstrap("MRR", _by_photo(serving, other, reciprocal_rank), seed),
    )


def _by_photo(serving: list[Measured], other: list[Measured], value: Callable[[Measured], float]) -> list[float]:
    """Return for each photo the mean of `other` above `serving` over its searches."""
    gaps: dict[int, list[float]] = {}
    for first, second in zip(serving, other, strict=True):
        gaps.setdefault(id(first.query), []).append(value(second) - value(first))
    return [sum(of_photo) / len(of_photo) for of_photo in gaps.values()]
