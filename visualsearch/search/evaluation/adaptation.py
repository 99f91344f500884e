"""What it would bring to take off what the photos have in common: the same photos searched with and without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.models import current_space, mean_of_pictures
from visualsearch.search.adaptation import Adaptation, adapt
from visualsearch.search.evaluation.bootstrap import Difference, paired_bootstrap
from visualsearch.search.evaluation.figures import Figures, figures_of, reciprocal_rank
from visualsearch.search.evaluation.measured import Measured, measure_asked
from visualsearch.search.evaluation.queries import Query
from visualsearch.search.evaluation.shots import PHOTO
from visualsearch.search.pipeline import find_similar
from visualsearch.search.query import PhotoQuery
from visualsearch.search.results import Answer
from visualsearch.search.seen import Seen

PHOTOS_LEAST = 20
"""Of fewer photos the mean says nothing of the others."""

FOLDS = 4
"""Parts of the photos, of which each is searched with by the mean of the other parts."""

_WITHOUT, _GOODS, _PHOTOS = "no adaptation", "adapted to photos of other goods", "adapted to other photos"

_NAME, _WIDTH = 33, 10
"""Characters of the columns of the table."""

Folds = NDArray[np.int64]
"""The part that each photo belongs to, shape (photos,)."""


@dataclass(slots=True)
class NotingSearch:
    """`find_similar`, which notes what each photo showed before it was adapted."""

    seen: dict[Path, Seen] = field(default_factory=dict)

    def __call__(self, query: PhotoQuery) -> Answer:
        """Search; raises as `find_similar` does."""
        answer = find_similar(query)
        if isinstance(query.photo, Path) and answer.seen and answer.unadapted is not None:
            self.seen[query.photo] = replace(answer.seen, vector=answer.unadapted, scale=1.0, offset=0.0)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """How good the search is with and without adaptation to the photos."""

    without: Figures
    other_goods: Figures
    """By the mean of photos that show none of the goods that are asked for: what a shopper's photo gets at least."""
    other_photos: Figures
    """By the mean of other photos, of whatever goods."""
    differences: tuple[Difference, ...]
    """Of recall@1 and MRR, with the mean of photos of other goods above no adaptation."""

    @property
    def sentences(self) -> list[str]:
        """Say in words what the differences are worth."""
        return [difference.sentence(_GOODS, _WITHOUT) for difference in self.differences]

    @property
    def lines(self) -> list[str]:
        """Return the figures as a table for a terminal, and the sentences."""
        rows = ((_WITHOUT, self.without), (_GOODS, self.other_goods), (_PHOTOS, self.other_photos))
        names = "".join(f"{name:>{_WIDTH}}" for name in ("recall@1", "recall@5", "mrr", "ece"))
        return [
            " " * _NAME + names,
            *(f"{name:<{_NAME}}{_written(figures)}" for name, figures in rows),
            *self.sentences,
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "without": self.without.as_dict(),
            "other_goods": self.other_goods.as_dict(),
            "other_photos": self.other_photos.as_dict(),
            "differences": [difference.as_dict() for difference in self.differences],
            "sentences": self.sentences,
        }


def measure_adaptation(queries: Iterable[Query], seen: Mapping[Path, Seen], *, seed: int, limit: int) -> Adapted | None:
    """Search with what each photo showed, as it is and adapted to other photos; None where there are too few photos.

    No photo is adapted by itself: goods, and photos, are dealt into four parts, and each part is searched with by the
    mean of the other three. All photos are of one source. Raises as `find_similar` does.
    """
    photos = [query for query in queries if isinstance(query.photo, Path) and query.photo in seen]
    if len(photos) < PHOTOS_LEAST or len({min(query.right) for query in photos}) < FOLDS:
        return None
    shown = [seen[query.photo] for query in photos if isinstance(query.photo, Path)]
    chance = np.random.default_rng(seed % 2**63)
    by_goods, by_photo = _deal_goods(photos, chance), chance.permutation(len(photos)) % FOLDS
    without, goods, others = (
        _search(photos, vectors, limit)
        for vectors in (shown, _adapted(photos, shown, by_goods), _adapted(photos, shown, by_photo))
    )
    return Adapted(
        without=figures_of(without),
        other_goods=figures_of(goods),
        other_photos=figures_of(others),
        differences=_differences(without, goods, seed),
    )


def _deal_goods(photos: Sequence[Query], chance: np.random.Generator) -> Folds:
    names = sorted({min(query.right) for query in photos})
    parts = dict(zip(names, (chance.permutation(len(names)) % FOLDS).tolist(), strict=True))
    return np.array([parts[min(query.right)] for query in photos])


def _adapted(photos: Sequence[Query], shown: Sequence[Seen], folds: Folds) -> list[Seen]:
    """Return what the photos show, each adapted by the mean of the photos of the other folds."""
    vectors = np.concatenate([one.vector for one in shown])
    pictures = mean_of_pictures(current_space(photos[0].source))
    known = [
        Adaptation(photos=vectors[folds != fold].mean(axis=0), pictures=pictures, count=int((folds != fold).sum()))
        for fold in range(FOLDS)
    ]
    return [adapt(one, known[fold]) for one, fold in zip(shown, folds.tolist(), strict=True)]


def _search(photos: Sequence[Query], vectors: Sequence[Seen], limit: int) -> list[Measured]:
    return [
        measure_asked(query, PhotoQuery(photo=seen, source=query.source, limit=limit), find_similar, disturbance=PHOTO)
        for query, seen in zip(photos, vectors, strict=True)
    ]


def _differences(without: Sequence[Measured], adapted: Sequence[Measured], seed: int) -> tuple[Difference, ...]:
    pairs = list(zip(without, adapted, strict=True))
    return (
        paired_bootstrap("recall@1", [float(other.is_first) - float(one.is_first) for one, other in pairs], seed),
        paired_bootstrap("MRR", [reciprocal_rank(other) - reciprocal_rank(one) for one, other in pairs], seed),
    )


def _written(figures: Figures) -> str:
    values = (figures.recall_at_1, figures.recall_at_5, figures.mrr, figures.ece)
    return "".join(f"{'-' if value is None else f'{value:.3f}':>{_WIDTH}}" for value in values)
