"""How the photos of this shop's shoppers differ from its own pictures, taken from each photo that is searched with.

Photos as a whole lie elsewhere in the space than the pictures of a shop: some pictures are near to all of them and come
first too often. What shoppers' photos have in common says nothing of what one of them shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from visualsearch.conf import get_settings
from visualsearch.indexes.base import Space
from visualsearch.models import PhotoMean
from visualsearch.models.photo_means import Mean
from visualsearch.search.seen import Seen
from visualsearch.vectors import normalise

PICTURES_SHARE = 0.5
"""How much of the mean of the shop's pictures the photos keep, 0 to 1; docs/training.md has what others find."""

TRUSTED = 20
"""Photos whose mean is believed half."""

KNOWN_SECONDS = 10.0
"""For how long a process takes the means as it read them."""

_read: dict[Space, tuple[float, Adaptation | None]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """What is known of the photos of one space."""

    photos: Mean
    pictures: Mean
    count: float
    """Photos that the mean stands for."""

    @property
    def strength(self) -> float:
        """How much of the difference is taken away, 0 to 1: few photos say little of the next one."""
        return self.count / (self.count + TRUSTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the photos of a source, for people."""

    on: bool
    """Whether the setting ADAPT_TO_PHOTOS is on."""
    photos: int
    """Photos of shoppers that were counted."""
    strength: float
    """How much of what they have in common is taken from each photo, 0 to 1."""

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        if not self.on:
            return "off, see the setting ADAPT_TO_PHOTOS"
        return f"{self.photos} photos of shoppers are known; {self.strength:.0%} of what they share is taken away"


def adapt(seen: Seen, adaptation: Adaptation, share: float = 1.0) -> Seen:
    """Return what was seen, without what the shop's photos have in common.

    `share` is the part of it that comes from shoppers' photos, 0 to 1. The score of a picture changes by how much more
    or less it is like all photos than the shop's pictures are on average: scores stay on their scale, and what was
    learnt of them holds.
    """
    shift = share * adaptation.strength * (adaptation.photos - PICTURES_SHARE * adaptation.pictures)
    moved = np.asarray(seen.vector - shift, np.float32)
    scale, offset = float(np.linalg.norm(moved)), float(shift @ adaptation.pictures)
    return replace(seen, vector=normalise(moved), scale=scale, offset=offset)


def get_adaptation(space: Space) -> Adaptation | None:
    """Return what is known of the photos of a space, None for nothing or where the setting is off."""
    if not get_settings().adapt_to_photos:
        return None
    until, known = _read.get(space, (0.0, None))
    if monotonic() < until:
        return known
    row = PhotoMean.of_space(space)
    known = Adaptation(photos=row.photos_mean, pictures=row.pictures_mean, count=row.count) if row else None
    _read[space] = (monotonic() + KNOWN_SECONDS, known)
    return known


def get_known(space: Space) -> Known:
    """Return what is known of the photos of a space, for people; asks the database."""
    row = PhotoMean.of_space(space)
    strength = row.count / (row.count + TRUSTED) if row else 0.0
    return Known(on=get_settings().adapt_to_photos, photos=row.total if row else 0, strength=strength)
