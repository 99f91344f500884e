from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visualsearch.search.contrast import LEAST_SIDE, MOST_AREA, outstanding


def spot(top: int, bottom: int, left: int, right: int, shape: tuple[int, int] = (12, 12)) -> np.ndarray:
    """Return an activation that is high from one row and column to others, low elsewhere."""
    activation = np.full(shape, 0.1, dtype=np.float32)
    activation[top:bottom, left:right] = 0.9
    return activation


def best(activation: np.ndarray) -> np.ndarray:
    regions = outstanding(activation)
    return regions[regions[:, 0].argmax(), 1:]


def test_what_stands_out_is_the_best_region() -> None:
    assert best(spot(2, 8, 6, 10)) == pytest.approx(np.array([6, 2, 10, 8]) / 12, abs=1.1 / 12)


def test_a_coarse_map_that_is_no_square_spans_the_whole_photo() -> None:
    left, top, right, bottom = best(spot(0, 3, 4, 6, shape=(3, 6)))

    assert left >= 0.5
    assert right == 1
    assert bottom - top > 0.6


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_in_a_flat_map_nothing_stands_out(level: float) -> None:
    assert len(outstanding(np.full((7, 7), level, dtype=np.float32))) == 0


shapes = st.tuples(st.integers(1, 14), st.integers(1, 14))


@given(arrays(np.float32, shapes, elements=st.floats(0, 1000, width=32)))
def test_regions_stand_out_and_are_neither_small_nor_the_whole_photo(activation: np.ndarray) -> None:
    regions = outstanding(activation)
    sides = regions[:, 3:] - regions[:, 1:3]

    assert regions.dtype == np.float32
    assert (regions[:, 0] > 0).all()
    assert ((regions[:, 1:] >= 0) & (regions[:, 1:] <= 1)).all()
    assert (sides >= LEAST_SIDE).all()
    assert (sides.prod(axis=1) <= MOST_AREA + 1e-6).all()
