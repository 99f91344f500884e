"""What is answered: match (id, score) -> candidate (row, score) -> result (object, score)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from visualsearch.images import Box
from visualsearch.search.seen import Seen
from visualsearch.sources import Picture
from visualsearch.vectors import Vectors

SURE_FROM, LIKELY_FROM = 0.9, 0.5
"""Probabilities from which people are told that a result is the product, or likely is."""


class Tier(StrEnum):
    """In which way a result is like the photo."""

    SAME_PICTURE = "same picture"
    """The photo is a copy of its picture: the file itself, or cropped, resized, recompressed, shown on a screen."""
    SAME_PRODUCT = "same product"
    """Its probability reaches the setting SAME_PRODUCT_FROM."""
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row of the database that is near the photo."""

    row_id: int
    object_key: str
    picture_key: str
    picture_name: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An object of the shop that looks like the photo, with its best matching picture."""

    object: Any
    key: str
    """What the shop's own people call the object."""
    title: str
    url: str
    group: str
    score: float
    """Cosine of the photo and the picture, -1 to 1; less what the picture has in common with all photos, if adapted."""
    probability: float | None = None
    """How likely it is the same product, 0 to 1; None where nothing is calibrated."""
    tier: Tier = Tier.SIMILAR
    picture: Picture

    @property
    def sureness(self) -> str:
        """The probability in a word: `sure`, `likely` or `unsure`; empty without one."""
        if self.probability is None:
            return ""
        return "sure" if self.probability >= SURE_FROM else "likely" if self.probability >= LIKELY_FROM else "unsure"

    def as_dict(self, key_name: str) -> dict[str, Any]:
        """Return plain values for a program; the object's key stands under `key_name`."""
        return {
            key_name: self.key,
            "title": self.title,
            "score": round(self.score, 4),
            "probability": None if self.probability is None else round(self.probability, 4),
            "tier": self.tier.value,
            "picture": self.picture.url,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The results of one search, best first, and how fresh they are.

    Best are pictures that the photo is a copy of, then those of the highest score.
    """

    results: tuple[Result, ...]
    revision: int
    """The journal's revision that was searched."""
    key_name: str
    """What the source calls the key of an object, for example "sku"."""
    no_match: bool = False
    """Nothing is close enough: the shop sells the thing with less than the probability NO_MATCH_BELOW, and the nearest
    are given all the same. Never so where nothing is calibrated.
    """
    boxes: tuple[Box, ...] = ()
    """Where the objects of the photo likely are, its subject first; of a search with the whole photo alone."""
    seen: Seen | None = None
    """Searches again, with other filters or a higher limit, without the photo."""
    unadapted: Vectors | None = None
    """What a shopper's whole photo, or several of one thing, showed before it was adapted, shape (1, dimensions); None
    for a part of one, for the shop's own pictures and for what was seen before.
    """

    @property
    def calibrated(self) -> bool:
        """Tell whether the results have probabilities."""
        return any(result.probability is not None for result in self.results)

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the results as plain values for a program."""
        return [result.as_dict(self.key_name) for result in self.results]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)
