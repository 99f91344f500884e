from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest

from tests.drawing import draw, draw_mosaic
from tests.goods import POSTERS, add_poster
from tests.search.evaluation.searches import make_query
from visualsearch.exceptions import InvalidImage
from visualsearch.search.disturbances import DISTURBANCES
from visualsearch.search.evaluation import draw_pictures, query_of
from visualsearch.search.evaluation.queries import Query
from visualsearch.search.evaluation.shots import LONGEST_SIDE, shot_again, shots_of
from visualsearch.sources import Picture, get_source

pytestmark = pytest.mark.django_db


def query_by(content: bytes) -> Query:
    add_poster(content)
    return query_of(draw_pictures([get_source(POSTERS)], 1, 0)[0])


def test_photo_is_searched_with_as_it_is() -> None:
    (shot,) = shots_of(make_query("photo.jpg"), 0)

    assert (shot.photo, shot.disturbance) == (Path("photo.jpg"), "")


def test_picture_is_searched_with_in_every_disturbance() -> None:
    shots = list(shots_of(query_by(draw_mosaic(1)), 0))

    assert tuple(shot.disturbance for shot in shots) == DISTURBANCES


def test_shot_can_be_made_again() -> None:
    query = query_by(draw_mosaic(1))

    for shot in shots_of(query, 3):
        assert shot_again(query, shot.disturbance, 3).photo == shot.photo


def test_large_picture_is_reduced_before_it_is_disturbed() -> None:
    shots = shots_of(query_by(draw_mosaic(1, size=2 * LONGEST_SIDE)), 0)

    assert next(shots).photo.size == (LONGEST_SIDE, LONGEST_SIDE)  # type: ignore[union-attr]


def test_picture_that_its_storage_does_not_give_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Picture) -> IO[bytes]:
        raise ZeroDivisionError("no bucket")

    query = query_by(draw())
    monkeypatch.setattr(Picture, "open", fail)

    with pytest.raises(InvalidImage, match="The storage does not give it: ZeroDivisionError: no bucket"):
        list(shots_of(query, 0))


def test_picture_that_is_none_is_invalid() -> None:
    with pytest.raises(InvalidImage, match="Expected a picture in one of"):
        list(shots_of(query_by(b"no picture"), 0))
