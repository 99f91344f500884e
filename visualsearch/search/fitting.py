"""From a shop's own pictures, and from photos with known answers where it has some, to its calibration."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from visualsearch.conf import get_settings
from visualsearch.exceptions import CannotCalibrate, InvalidImage
from visualsearch.models import Calibration, current_space
from visualsearch.search.calibration import get_prior, store
from visualsearch.search.calibration.fit import SCORES, Found, answered, fit_curve, fit_units
from visualsearch.search.calibration.stored import count_pictures
from visualsearch.search.disturbances import disturb
from visualsearch.search.evaluation.queries import Query
from visualsearch.search.evaluation.sampling import ShopPicture, draw_pictures
from visualsearch.search.evaluation.shots import open_picture
from visualsearch.search.pipeline import find_similar
from visualsearch.search.query import Photo, PhotoQuery
from visualsearch.search.results import Result
from visualsearch.sources import VisualSource
from visualsearch.sources.hooks import group_of

logger = logging.getLogger(__name__)

SAMPLE = 200
"""Pictures of the shop that are searched with; the centre is then known to a tenth of the spread."""

KINDS = ("rotation", "crop", "light", "blur", "background", "jpeg", "screenshot")
"""Disturbances, one a picture in turn: those that leave a product what it is."""

PICTURES_LEAST = 20
"""Of fewer pictures nothing is learnt by itself."""

GROWTH = 0.25
"""Part by which the number of pictures may change before a calibration is made anew.

Measured: a shop twice as large has its centre a quarter of a spread higher.
"""

_SEED = 0


def is_due(source: VisualSource) -> bool:
    """Tell whether the source has no calibration for what it holds now; two small queries."""
    space = current_space(source.name)
    pictures = count_pictures(space)
    if pictures < PICTURES_LEAST:
        return False
    rows = Calibration.objects.filter(source=space.source, fingerprint=space.fingerprint)
    then = rows.values_list("pictures", flat=True).first()
    return then is None or abs(pictures - then) > GROWTH * then


def count_searches(source: VisualSource, photos: Sequence[Query] = (), outsiders: Sequence[Path] = ()) -> int:
    """Return how many searches `calibrate` is going to make."""
    return min(SAMPLE, count_pictures(current_space(source.name))) + len(photos) + len(outsiders)


def calibrate(source: VisualSource, photos: Sequence[Query] = (), outsiders: Sequence[Path] = ()) -> Iterator[None]:
    """Learn what the scores of this source mean, and keep it for every search; yields once a search.

    Without `photos` the units are learnt, from disturbed copies of the shop's own pictures; with photos whose right
    answers are known, and with `outsiders`, photos of things that the shop does not sell, the curve too. The same
    shop, photos and seed give the same numbers. What cannot be read is left out. Raises CannotCalibrate where there is
    too little to learn from, and EmbedderUnavailable and IndexUnavailable.
    """
    space = current_space(source.name)
    prior = get_prior(space.fingerprint)
    copies: list[Found] = []
    for number, drawn in enumerate(draw_pictures([source], SAMPLE, _SEED)):
        copies += _search_copy(drawn, KINDS[number % len(KINDS)])
        yield
    known: list[Found] = []
    for query in photos:
        known += _search(source, query.photo, query.is_right)
        yield
    foreign: list[Found] = []
    for path in outsiders:
        foreign += _search(source, path, lambda result: False)
        yield
    try:
        units = fit_units(copies, prior.units if prior else None)
        # Where no stranger is given, its own photos stand in, as if the shop did not sell what they show.
        foreign = foreign or [found.without_right for found in known]
        curve = fit_curve(answered(known, units), answered(foreign, units)) if photos else None
    except ValueError as error:
        raise CannotCalibrate(f"{source.name} has too little to learn from: {error}") from error
    if current_space(source.name) == space:
        store(space, units, curve)


def _search_copy(drawn: ShopPicture, disturbance: str) -> list[Found]:
    group = group_of(drawn.source, drawn.object)
    try:
        image = disturb(open_picture(drawn.picture), disturbance, _SEED)
    except InvalidImage as error:
        logger.warning("Picture %s is left out of the calibration: %s", drawn.picture.name, error)
        return []
    return _search(drawn.source, image, lambda result: result.group == group)


def _search(source: VisualSource, photo: Photo, is_right: Callable[[Result], bool]) -> list[Found]:
    """Return what one search found, or nothing when the photo cannot be read."""
    limit = min(SCORES, get_settings().limit_most)
    try:
        results = find_similar(PhotoQuery(photo=photo, source=source.name, limit=limit)).results
    except (InvalidImage, OSError) as error:
        logger.warning("%s is left out of the calibration: %s", photo, error)
        return []
    # A copy that is known for one stands before others of a higher score.
    ranked = sorted(results, key=lambda result: result.score, reverse=True)
    right = next((place for place, result in enumerate(ranked) if is_right(result)), None)
    return [Found(scores=tuple(result.score for result in ranked), right=right)]
