from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visualsearch.embedders.base import Look
from visualsearch.images import Box
from visualsearch.search.boxes import LEAST_SIDE, LIKELY_FROM, MOST, box_at, suggest_boxes

VECTOR = np.zeros(1, dtype=np.float32)


def proposed(*regions: tuple[float, float, float, float, float]) -> Look:
    """Return a look whose network proposes these: score, left, top, right, bottom."""
    return Look(VECTOR, regions=np.array(regions, dtype=np.float32).reshape(-1, 5))


def edges(boxes: tuple[Box, ...]) -> list[list[float]]:
    return [[round(float(value), 3) for value in (box.x, box.y, box.width, box.height)] for box in boxes]


def in_common(one: Box, other: Box) -> float:
    """Return what two boxes have in common, of the smaller."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(wide, 0) * max(high, 0) / min(one.width * one.height, other.width * other.height)


def test_the_best_region_comes_first() -> None:
    look = proposed((0.5, 0.0, 0.0, 0.2, 0.2), (0.9, 0.5, 0.25, 0.75, 0.75))

    assert edges(suggest_boxes(look)) == [[0.5, 0.25, 0.25, 0.5], [0.0, 0.0, 0.2, 0.2]]


def test_the_subject_comes_before_what_is_a_better_region() -> None:
    corner, small, middle = (0.9, 0.0, 0.0, 0.2, 0.2), (0.8, 0.45, 0.0, 0.55, 0.1), (0.3, 0.4, 0.4, 0.7, 0.7)

    boxes = suggest_boxes(proposed(corner, small, middle))

    assert [box[:2] for box in edges(boxes)] == [[0.4, 0.4], [0.0, 0.0], [0.45, 0.0]]
    assert edges(suggest_boxes(proposed(corner, small, middle), 1)) == [[0.4, 0.4, 0.3, 0.3]]


def test_of_two_things_as_near_the_middle_the_larger_is_the_subject() -> None:
    boxes = suggest_boxes(proposed((0.9, 0.35, 0.45, 0.45, 0.55), (0.5, 0.5, 0.4, 0.7, 0.6)))

    assert edges(boxes)[0] == [0.5, 0.4, 0.2, 0.2]


def test_edges_are_said_in_thousandths() -> None:
    (box,) = suggest_boxes(proposed((0.9, 0.12345, 0.2, 1.0, 0.98765)))

    assert (box.x, box.y) == (0.123, 0.2)
    assert (box.x + box.width, box.y + box.height) == pytest.approx((1.0, 0.988))


def test_of_regions_around_one_thing_the_best_is_taken() -> None:
    look = proposed((0.6, 0.1, 0.1, 0.5, 0.5), (0.9, 0.12, 0.1, 0.5, 0.55), (0.7, 0.2, 0.2, 0.3, 0.3))

    assert edges(suggest_boxes(look)) == [[0.12, 0.1, 0.38, 0.45]]


@pytest.mark.parametrize(
    "region", [(LIKELY_FROM - 0.01, 0.1, 0.1, 0.5, 0.5), (0.9, 0.1, 0.1, 0.1 + LEAST_SIDE / 2, 0.5)]
)
def test_what_is_unlikely_or_tiny_gets_no_box(region: tuple[float, float, float, float, float]) -> None:
    assert suggest_boxes(proposed(region)) == ()


def test_without_proposals_what_stands_out_gets_a_box() -> None:
    activation = np.full((12, 12), 0.1, dtype=np.float32)
    places = [(1, 5, 1, 5), (2, 6, 7, 11), (8, 12, 3, 8)]
    for top, bottom, left, right in places:
        activation[top:bottom, left:right] = 0.9

    boxes = suggest_boxes(Look(VECTOR, activation=activation))

    for top, bottom, left, right in places:
        wanted = Box(left / 12, top / 12, (right - left) / 12, (bottom - top) / 12)
        assert max(in_common(box, wanted) for box in boxes) > 0.75


def test_an_embedder_without_maps_suggests_nothing() -> None:
    assert suggest_boxes(Look(VECTOR)) == ()


share = st.floats(0, 1, width=32)


@given(arrays(np.float32, st.tuples(st.integers(0, 40), st.just(5)), elements=share), st.integers(1, 6))
def test_boxes_are_likely_and_hardly_lie_on_each_other(regions: np.ndarray, most: int) -> None:
    boxes = suggest_boxes(Look(VECTOR, regions=regions), most)

    assert len(boxes) <= most
    assert all(min(box.width, box.height) >= LEAST_SIDE - 1e-6 for box in boxes)
    assert all(in_common(one, other) <= 0.601 for place, one in enumerate(boxes) for other in boxes[:place])


def test_few_boxes_are_given_where_nobody_asks_for_more() -> None:
    regions = np.array([(0.9, x / 10, y / 10, x / 10 + 0.1, y / 10 + 0.1) for x in range(10) for y in range(10)])

    assert len(suggest_boxes(Look(VECTOR, regions=regions.astype(np.float32)))) == MOST


def test_point_chooses_the_best_box_around_it() -> None:
    boxes = (Box(0, 0, 0.5, 0.5), Box(0.25, 0.25, 0.5, 0.5))

    assert box_at((0.4, 0.4), boxes) == boxes[0]
    assert box_at((0.6, 0.6), boxes) == boxes[1]
    assert box_at((0.95, 0.5), boxes) == Box(0.6, 0.3, 0.4, 0.4)
