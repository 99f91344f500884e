"""From scores to evidence, in the units of a shop, and from evidence to probability, by the curve of an embedder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import exp
from typing import Any, Self

from visualsearch.search.calibration.logistic import sigmoid


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the scores of one search say, in the units of its shop."""

    nearness: float
    """How much nearer the first result is than the nearest other product usually is."""
    lead: float
    """How far it is ahead of the second, 0 or more; 0 where there is no other."""
    distances: tuple[float, ...]
    """How far each later result is behind the first, 0 or more."""


class _Numbers:
    """Dataclasses of floats that go to JSON and back."""

    __slots__ = ()

    def as_dict(self) -> dict[str, float]:
        """Return the numbers by name."""
        return {name: round(value, 6) for name, value in asdict(self).items()}  # type: ignore[call-overload]

    @classmethod
    def read(cls, numbers: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote; raises KeyError for a missing number."""
        return cls(**{field.name: float(numbers[field.name]) for field in fields(cls)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units(_Numbers):
    """How alike the products of a shop are, in cosines: what evidence is measured in.

    Learnt from disturbed copies of the shop's own pictures, without a label.
    """

    centre: float
    """Mean score of the nearest other product: what a photo of a thing finds that the shop does not sell."""
    spread: float
    """Standard deviation of that score, above 0."""
    lead: float
    """Standard deviation of its lead over the next product, above 0."""
    copy: float
    """Score that all but one in fifty copies of a picture reach with it: cropped, recompressed, relit, on a screen."""

    def measure(self, scores: Sequence[float]) -> Evidence:
        """Return the evidence in the scores of a search, one a group, best first, at least one."""
        first, *others = scores
        return Evidence(
            nearness=(first - self.centre) / self.spread,
            lead=(first - others[0]) / self.lead if others else 0.0,
            distances=tuple((first - score) / self.spread for score in others),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve(_Numbers):
    """How sure evidence makes, as photos with known answers have shown for one embedder.

    The first result is right with the probability that the thing is sold at all, by how near it is, times that it is
    then the first, by how far it is ahead: two logistic functions. Later results have a share of it that falls with
    their distance. No weight is negative, so that nothing less near is ever more probable.
    """

    level: float
    lead: float
    """First result right, of things that are sold: intercept, weight of lead."""
    sold_level: float
    sold_nearness: float
    """Thing sold: intercept, weight of nearness."""
    others: float
    """Share of the first one's probability that a second as near would have, 0 to 1."""
    fall: float
    """Distance over which that falls to a third, above 0."""

    def sold(self, evidence: Evidence) -> float:
        """Return the probability that the thing is sold at all, 0 to 1."""
        return sigmoid(self.sold_level + self.sold_nearness * evidence.nearness)

    def first(self, evidence: Evidence) -> float:
        """Return the probability that the first result is right, 0 to 1."""
        return self.sold(evidence) * sigmoid(self.level + self.lead * evidence.lead)

    def probabilities(self, evidence: Evidence) -> list[float]:
        """Return the probability of each result, 0 to 1, the first one's first; it never rises."""
        first = self.first(evidence)
        return [first, *(first * self.others * exp(-distance / self.fall) for distance in evidence.distances)]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A curve in the units of one shop."""

    units: Units
    curve: Curve

    def sold(self, scores: Sequence[float]) -> float:
        """Return how likely the thing in the photo is sold at all, 0 to 1, by the scores of a search, at least one."""
        return self.curve.sold(self.units.measure(scores))

    def probabilities(self, scores: Sequence[float]) -> list[float]:
        """Return how likely each result is the product in the photo, 0 to 1; it never rises.

        `scores` are cosines, one a group, best first: all that the search found, which is more than a page may show.
        """
        return self.curve.probabilities(self.units.measure(scores)) if scores else []
