"""What is known of the scores in one space: the shop's own calibration, else what came with the embedder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from visualsearch.indexes.base import Space
from visualsearch.models import Calibration, Embedding, Journal
from visualsearch.search.calibration.curve import Calibrated, Curve, Units
from visualsearch.search.calibration.priors import get_prior


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """Where the probabilities of a source come from."""

    units: str
    """`shop`, `embedder` for those that came with it, or an empty string for none."""
    curve: str
    """The same."""
    pictures: int | None = None
    """Searchable pictures when the shop was calibrated; None where it was not."""
    fitted: datetime | None = None

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        if not self.curve:
            return "no probabilities: nobody measured this embedder; visualsearch_calibrate --photos does"
        units = f"the shop's {self.pictures} pictures" if self.units == "shop" else "the embedder's own pictures"
        photos = "photos of the shop" if self.curve == "shop" else "the photos that the embedder was measured with"
        return f"in units of {units}, by {photos}"


def get_calibrated(space: Space) -> Calibrated | None:
    """Return what turns scores of this space into probabilities, None where nothing is known; one small query."""
    stored = _rows(space).values_list("parameters", flat=True).first()
    prior = get_prior(space.fingerprint)
    if stored is None:
        return prior
    units, curve = _read(stored)
    curve = curve or (prior.curve if prior else None)
    return Calibrated(units, curve) if curve else None


def store(space: Space, units: Units, curve: Curve | None) -> None:
    """Keep what was fitted; without a curve, one that was fitted before stays."""
    stored = _rows(space).values_list("parameters", flat=True).first()
    curve = curve or (_read(stored)[1] if stored else None)
    parameters = {"units": units.as_dict(), **({"curve": curve.as_dict()} if curve else {})}
    now = {"parameters": parameters, "pictures": count_pictures(space), "revision": Journal.head()}
    Calibration.objects.update_or_create(source=space.source, fingerprint=space.fingerprint, defaults=now)


def in_use(space: Space) -> InUse:
    """Return where the probabilities of this space come from."""
    row = _rows(space).first()
    prior = get_prior(space.fingerprint)
    own = _read(row.parameters)[1] if row else None
    return InUse(
        units="shop" if row else "embedder" if prior else "",
        curve="shop" if own else "embedder" if prior else "",
        pictures=row.pictures if row else None,
        fitted=row.fitted if row else None,
    )


def count_pictures(space: Space) -> int:
    """Return how many pictures can be found in this space."""
    return Embedding.objects.of_space(space).ready().count()


def _rows(space: Space) -> Any:
    return Calibration.objects.filter(source=space.source, fingerprint=space.fingerprint)


def _read(parameters: dict[str, Any]) -> tuple[Units, Curve | None]:
    return Units.read(parameters["units"]), Curve.read(parameters["curve"]) if "curve" in parameters else None
