from __future__ import annotations

from pathlib import Path

import pytest

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from tests.search.evaluation.searches import make_measured, make_query
from visualsearch.exceptions import (
    EmbedderUnavailable,
    IndexUnavailable,
    InvalidQuery,
    InvalidVector,
    UnknownSource,
    VisualSearchError,
)
from visualsearch.search import PhotoQuery, Result, find_similar
from visualsearch.search.evaluation import draw_pictures, query_of
from visualsearch.search.evaluation.measured import measure_all
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db


def test_rank_is_that_of_the_first_right_result() -> None:
    assert make_measured(False, True, True).rank == 2
    assert make_measured(False).rank is None
    assert (make_measured(True).is_first, make_measured(False, True).is_first, make_measured().is_first) == (
        True,
        False,
        False,
    )


def test_search_tells_hits_score_and_probability(tmp_path: Path, uncalibrated: None) -> None:
    right, _ = add_product(draw("red")), add_product(draw("blue"))
    sync_now()
    path = tmp_path / "photo.png"
    path.write_bytes(draw("red"))

    (found,), failed = measure_all(
        [make_query(photo=path, right=frozenset({right.sku}))], [find_similar], seed=0, limit=10
    )

    (one,) = found
    assert (one.hits, one.probability, failed) == ((True, False), None, [])
    assert one.score == pytest.approx(1, abs=0.002)
    assert one.milliseconds > 0


def test_variant_of_the_group_is_right_for_a_picture_of_the_shop() -> None:
    add_product(draw("red", size=96), group="cup")
    add_product(draw("red", size=97), group="cup")
    sync_now()
    queries = [query_of(one) for one in draw_pictures([get_source(PRODUCTS)], 2, 0)]

    (found,), _ = measure_all(queries, [find_similar], seed=0, limit=10)

    assert all(one.hits == (True,) for one in found)


def test_picture_that_cannot_be_opened_is_listed_and_stops_nothing() -> None:
    add_product(draw("red"))
    bad = add_product(b"no picture")
    sync_now()
    queries = [query_of(one) for one in draw_pictures([get_source(PRODUCTS)], 2, 0)]

    (found,), (failure,) = measure_all(queries, [find_similar], seed=0, limit=10)

    assert len(found) == 9
    assert failure.name == bad.images.get().file.name
    assert "Expected a picture in one of" in str(failure)


def test_query_that_fails_halfway_stands_in_no_figure(tmp_path: Path) -> None:
    def missing(query: PhotoQuery) -> list[Result]:
        raise FileNotFoundError("gone")

    found, failed = measure_all([make_query()], [lambda query: [], missing], seed=0, limit=10)

    assert found == [[], []]
    assert [str(one) for one in failed] == ["a.jpg: gone"]


@pytest.mark.parametrize("error", [EmbedderUnavailable, IndexUnavailable, UnknownSource, InvalidQuery])
def test_what_every_search_would_raise_stops_all(error: type[VisualSearchError]) -> None:
    def fail(query: PhotoQuery) -> list[Result]:
        raise error("not now")

    with pytest.raises(error):
        measure_all([make_query()], [fail], seed=0, limit=10)


def test_vector_that_is_wrong_is_that_of_one_photo() -> None:
    def fail(query: PhotoQuery) -> list[Result]:
        raise InvalidVector("no direction")

    _, (failure,) = measure_all([make_query()], [fail], seed=0, limit=10)

    assert failure.reason == "no direction"
