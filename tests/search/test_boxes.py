from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visualsearch.images import Box
from visualsearch.search.boxes import LEAST_SIDE, MOST, suggest_boxes


def spots(*places: tuple[int, int, int, int], shape: tuple[int, int] = (12, 12)) -> np.ndarray:
    """Return an activation that is high from one row and column to others, low elsewhere."""
    activation = np.full(shape, 0.1, dtype=np.float32)
    for top, bottom, left, right in places:
        activation[top:bottom, left:right] = 0.9
    return activation


def common(one: Box, other: Box) -> float:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(wide, 0) * max(high, 0)


def overlap(one: Box, other: Box) -> float:
    """Return what two boxes have in common, of what they cover together."""
    both = common(one, other)
    return both / (one.width * one.height + other.width * other.height - both)


def in_common(one: Box, other: Box) -> float:
    """Return what two boxes have in common, of the smaller."""
    return common(one, other) / min(one.width * one.height, other.width * other.height)


def test_what_stands_out_gets_a_box() -> None:
    (first, *_) = suggest_boxes(spots((2, 8, 6, 10)))

    assert overlap(first, Box(6 / 12, 2 / 12, 4 / 12, 6 / 12)) > 0.7


def test_things_that_stand_apart_get_a_box_each() -> None:
    places = [(1, 5, 1, 5), (2, 6, 7, 11), (8, 12, 3, 8)]

    boxes = suggest_boxes(spots(*places))

    for top, bottom, left, right in places:
        wanted = Box(left / 12, top / 12, (right - left) / 12, (bottom - top) / 12)
        assert max(overlap(box, wanted) for box in boxes) > 0.6


def test_a_coarse_map_that_is_no_square_spans_the_whole_photo() -> None:
    (first, *_) = suggest_boxes(spots((0, 3, 4, 6), shape=(3, 6)))

    assert first.x >= 0.5
    assert first.x + first.width == 1
    assert first.height > 0.6


def test_where_nothing_stands_out_there_is_no_box() -> None:
    assert suggest_boxes(np.full((7, 7), 3.0, dtype=np.float32)) == ()
    assert suggest_boxes(np.zeros((7, 7), dtype=np.float32)) == ()


def test_an_embedder_without_maps_suggests_nothing() -> None:
    assert suggest_boxes(None) == ()


shapes = st.tuples(st.integers(1, 14), st.integers(1, 14))


@given(arrays(np.float32, shapes, elements=st.floats(0, 1000, width=32)), st.integers(1, 6))
def test_boxes_lie_in_the_photo_and_hardly_on_each_other(activation: np.ndarray, most: int) -> None:
    boxes = suggest_boxes(activation, most)

    assert len(boxes) <= most
    assert all(min(box.width, box.height) >= LEAST_SIDE for box in boxes)
    assert all(in_common(one, other) <= 0.61 for place, one in enumerate(boxes) for other in boxes[:place])


def test_few_boxes_are_given_where_nobody_asks_for_more() -> None:
    assert len(suggest_boxes(np.random.default_rng(1).random((12, 12), dtype=np.float32))) <= MOST
