"""From results to what they are worth: how sure each is, and in which of three ways it is like the photo."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.images import open_for_search
from visualsearch.search.calibration import Calibrated
from visualsearch.search.results import Result, Tier
from visualsearch.search.same_picture import SIDE, is_same_picture
from visualsearch.sources import Picture

logger = logging.getLogger(__name__)

JUDGED = 3
"""First results that a search must find to judge them, where there are as many.

How far the first is ahead of the second says how sure it is, and the pictures of all of them may be opened, to see
whether the photo is a copy.
"""

OF_A_COPY = 0.99
"""Least probability of a result whose picture the photo is a copy of."""


def judge(
    results: Sequence[Result], photos: Sequence[Image.Image] | frozenset[str], calibrated: Calibrated | None
) -> list[Result]:
    """Return the results with probability and tier, those that a photo is a copy of first, else in their order.

    `results` are all that the search found, best first, at least `JUDGED` where there are as many; `photos` are the
    regions that were searched with together, or the names of the pictures that they are known to be copies of. Without
    a calibration there is no probability, and the tier `similar` or `same picture`.
    """
    scores = [result.score for result in results]
    probabilities = calibrated.probabilities(scores) if calibrated else [None] * len(results)
    if isinstance(photos, frozenset):
        copies = [result.picture.name in photos for result in results]
    else:
        copies = _copies_of(results, photos, calibrated)
    judged = [
        replace(result, probability=_with_copy(probability, is_copy), tier=_tier(probability, is_copy))
        for result, probability, is_copy in zip(results, probabilities, copies, strict=True)
    ]
    return sorted(judged, key=lambda result: result.tier is not Tier.SAME_PICTURE)


def is_no_match(judged: Sequence[Result], calibrated: Calibrated | None) -> bool:
    """Tell whether nothing is close enough: the thing is sold with less than the probability NO_MATCH_BELOW.

    Several results alike, none of which is sure to be the right one, are close enough all the same.
    """
    if not judged or not calibrated or any(result.tier is Tier.SAME_PICTURE for result in judged):
        return False
    return calibrated.sold([result.score for result in judged]) < get_settings().no_match_below


def _with_copy(probability: float | None, is_copy: bool) -> float | None:
    return max(probability, OF_A_COPY) if probability is not None and is_copy else probability


def _tier(probability: float | None, is_copy: bool) -> Tier:
    if is_copy:
        return Tier.SAME_PICTURE
    is_sure = probability is not None and probability >= get_settings().same_product_from
    return Tier.SAME_PRODUCT if is_sure else Tier.SIMILAR


def _copies_of(results: Sequence[Result], photos: Sequence[Image.Image], calibrated: Calibrated | None) -> list[bool]:
    least = calibrated.units.copy if calibrated else None
    if len(photos) > 1:
        least = -1.0  # where one photo is a copy and the others are not, they score together as no copy does
    return copies_among([result.score for result in results], lambda at: _is_copy(photos, results[at].picture), least)


def copies_among(scores: Sequence[float], is_copy: Callable[[int], bool], least: float | None) -> list[bool]:
    """Return which results the photo is a copy of; few are compared, those that score as copies do.

    `scores` are cosines, best first; `is_copy` compares the photo with the picture at a place; `least` is what copies
    score. Where nobody knows that, the first result alone is looked at.
    """
    worth = JUDGED if least is not None else 1
    return [place < worth and score >= (least or -1.0) and is_copy(place) for place, score in enumerate(scores)]


def _is_copy(photos: Sequence[Image.Image], picture: Picture) -> bool:
    try:
        with picture.open() as file:
            opened = open_for_search(file, longest_side=SIDE)
        return any(is_same_picture(photo, opened) for photo in photos)
    except Exception as error:  # a storage may raise anything, and a picture that is gone must not end the search
        logger.warning("Picture %s cannot be compared with the photo: %s", picture.name, error)
        return False
