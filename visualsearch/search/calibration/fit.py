"""From searches whose answers are known to units and a curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from visualsearch.search.calibration.curve import Curve, Evidence, Units
from visualsearch.search.calibration.logistic import Values, fit_logistic

OUTSIDERS_SHARE = 0.1
"""Photos of things that are not sold, for each photo of one that is: what `fit_curve` takes for usual.

Measured with MobileNet-V2 on groceries left out of the fit: a quarter refuses 83 of 100 strangers instead of 81, at an
error of probability of 0.058 instead of 0.056; none at all 74, at 0.049.
"""

COPIES_MISSED = 0.02

SCORES = 6
"""Groups that a search to learn from asks for: five ranks, of whatever is left without the right one too."""

_RANKS_MOST = 5
_TRUSTED = 20
"""Searches with copies whose units are believed as much as those that came with the embedder."""
_SPREAD_LEAST = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, one a group."""

    scores: tuple[float, ...]
    """Cosines of the groups, best first: `SCORES`, where the shop has as many."""
    right: int | None
    """Place of the right group among them, None where it is not there."""

    @property
    def without_right(self) -> Found:
        """What would be found if the shop did not sell it."""
        others = tuple(score for place, score in enumerate(self.scores) if place != self.right)
        return Found(scores=others, right=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The evidence of a search whose answer is known."""

    evidence: Evidence
    right: int | None
    """Place of the right group, None where it was not found or is not sold."""


def answered(searches: Sequence[Found], units: Units) -> list[Answered]:
    """Return the searches in the units of their shop; those that found nothing say nothing."""
    return [Answered(evidence=units.measure(one.scores), right=one.right) for one in searches if one.scores]


def fit_units(copies: Sequence[Found], prior: Units | None = None) -> Units:
    """Return units from searches with disturbed copies of the shop's own pictures, drawn towards those of the embedder.

    Raises ValueError where no search found another group.
    """
    # Units of one: what is measured in them are cosines.
    plain = Units(centre=0, spread=1, lead=1, copy=1)
    evidence = [one.evidence for one in answered([found.without_right for found in copies], plain)]
    if not evidence:
        raise ValueError("Expected searches that find more than one product.")
    scores, leads = (np.array(values) for values in zip(*((one.nearness, one.lead) for one in evidence), strict=True))
    own = [found.scores[found.right] for found in copies if found.right is not None]
    fitted = {
        "centre": float(scores.mean()),
        "spread": max(float(scores.std()), _SPREAD_LEAST),
        "lead": max(float(leads.std()), _SPREAD_LEAST),
        "copy": float(np.quantile(own, COPIES_MISSED)) if own else 1.0,
    }
    if prior is None:
        return Units(**fitted)
    trust = len(evidence) / (len(evidence) + _TRUSTED)
    return Units(**{name: trust * value + (1 - trust) * getattr(prior, name) for name, value in fitted.items()})


def fit_curve(photos: Sequence[Answered], outsiders: Sequence[Answered]) -> Curve:
    """Return the curve of photos of things that are sold, and of photos of things that are not.

    Raises ValueError where all photos, or none, found their product first.
    """
    leads = _column([one.evidence.lead for one in photos])
    level, lead = fit_logistic(leads, np.array([float(one.right == 0) for one in photos]))
    weight = OUTSIDERS_SHARE * len(photos) / max(len(outsiders), 1)
    sold_level, sold_nearness = fit_logistic(
        _column([one.evidence.nearness for one in [*photos, *outsiders]]),
        np.repeat([1.0, 0.0], [len(photos), len(outsiders)]),
        np.repeat([1.0, weight], [len(photos), len(outsiders)]),
    )
    others, fall = _fit_others(photos, 1 / (1 + np.exp(-(level + lead * leads[:, 0]))))
    return Curve(
        level=level,
        lead=lead,
        sold_level=sold_level,
        sold_nearness=sold_nearness,
        others=others,
        fall=fall,
    )


def _column(values: Sequence[float]) -> Values:
    """Return the only feature of each search, shape (n, 1)."""
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def _fit_others(photos: Sequence[Answered], firsts: Values) -> tuple[float, float]:
    """Return share and fall under which the answers at the second to fifth rank are most probable."""
    rows = [
        (first, distance, float(one.right == place))
        for one, first in zip(photos, firsts, strict=True)
        for place, distance in enumerate(one.evidence.distances[: _RANKS_MOST - 1], 1)
    ]
    first, distance, right = np.array(rows, dtype=np.float64).reshape(-1, 3).T

    def surprise(choice: tuple[float, float]) -> float:
        probability = (first * choice[0] * np.exp(-distance / choice[1])).clip(1e-6, 1 - 1e-6)
        return float(-np.log(np.where(right > 0, probability, 1 - probability)).sum())

    choices = product(np.linspace(0.05, 1, 20).tolist(), np.geomspace(0.05, 5, 24).tolist())
    return min(choices, key=surprise)
