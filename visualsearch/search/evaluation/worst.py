"""The searches that went most wrong, with what they found."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from visualsearch.exceptions import VisualSearchError
from visualsearch.search.evaluation.figures import reciprocal_rank
from visualsearch.search.evaluation.measured import Measured, Search
from visualsearch.search.evaluation.shots import shot_again
from visualsearch.search.query import PhotoQuery
from visualsearch.search.results import Result

logger = logging.getLogger(__name__)

COUNT = 20
RESULTS = 4
"""First results that are kept of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """A search whose first result is wrong."""

    measured: Measured
    results: tuple[Result, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        query = self.measured.query
        return {
            "photo": query.name,
            "disturbance": self.measured.disturbance,
            "category": query.category,
            "right": [goods.key for goods in query.goods] or sorted(query.right),
            "rank": self.measured.rank,
            "found": [
                {
                    "key": result.key,
                    "title": result.title,
                    "score": round(result.score, 4),
                    "probability": None if result.probability is None else round(result.probability, 4),
                    "right": query.is_right(result),
                }
                for result in self.results
            ],
        }


def worst_of(measured: Sequence[Measured], search: Search, *, seed: int, limit: int) -> list[Worst]:
    """Return up to 20 searches, one a photo: the right answer far down or missing, and the wrong one near.

    They are searched once more, so that results need not be kept while thousands are measured.
    """
    wrong = [one for one in measured if not one.is_first]
    wrong.sort(key=lambda one: (reciprocal_rank(one), -(one.score or 0)))
    by_query: dict[int, Measured] = {}
    for one in wrong:
        by_query.setdefault(id(one.query), one)
    return list(_looked_at_again(islice(by_query.values(), COUNT), search, seed, limit))


def _looked_at_again(worst: Iterator[Measured], search: Search, seed: int, limit: int) -> Iterator[Worst]:
    for one in worst:
        try:
            photo = shot_again(one.query, one.disturbance, seed).photo
            results = list(search(PhotoQuery(photo=photo, source=one.query.source, limit=limit)))
        except (VisualSearchError, OSError) as error:
            logger.warning("%s cannot be shown among the worst any more: %s", one.query.name, error)
        else:
            yield Worst(measured=one, results=tuple(results[:RESULTS]))
