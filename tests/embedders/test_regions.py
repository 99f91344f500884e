from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.regions import regions_of

SQUARE = Fit(192, 1.34)


def places(rows: int = 4, columns: int = 4) -> np.ndarray:
    return np.zeros((5, rows, columns), dtype=np.float32)


def test_a_place_proposes_the_region_between_its_edges() -> None:
    said = places()
    # The middle of the third column and the second row is at 0.625, 0.375.
    said[:, 1, 2] = 0.8, 0.125, 0.25, 0.25, 0.5

    region = regions_of(said, SQUARE, 300, 300)[1 * 4 + 2]

    assert region == pytest.approx([0.8, 0.5, 0.125, 0.875, 0.875])


def test_what_lies_outside_the_image_is_cut_off() -> None:
    said = places()
    said[:, 0, 0] = 0.8, 0.9, 0.9, 0.125, 0.125

    assert regions_of(said, SQUARE, 300, 300)[0] == pytest.approx([0.8, 0, 0, 0.25, 0.25])


def test_regions_are_of_the_image_and_not_of_its_padding() -> None:
    said = places()
    said[:, 1, 1] = 0.8, 0.375, 0.375, 0.625, 0.625
    said[:, 0, 0] = 0.7, 0.1, 0.1, 0.1, 0.05
    left, top, right, bottom = SQUARE.place(400, 100)

    all_of_it, padding = regions_of(said, SQUARE, 400, 100)[[5, 0]]

    assert (left, right) == (0, 192)
    assert 0 < top < bottom < 192
    assert all_of_it == pytest.approx([0.8, 0, 0, 1, 1])
    assert padding[2] == padding[4] == 0


@given(arrays(np.float32, (5, 3, 4), elements=st.floats(0, 1, width=32)), st.integers(1, 4000), st.integers(1, 4000))
def test_every_region_lies_in_its_image(said: np.ndarray, width: int, height: int) -> None:
    regions = regions_of(said, SQUARE, width, height)

    assert regions.shape == (12, 5)
    assert regions.dtype == np.float32
    assert ((regions >= 0) & (regions <= 1)).all()
    assert (regions[:, 1:3] <= regions[:, 3:]).all()
