from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visualsearch.embedders.fitting import Fit

SIDES = st.integers(1, 5000)


@given(width=SIDES, height=SIDES, side=st.integers(32, 400), stretch=st.sampled_from([1.0, 1.34, 2.0]))
def test_an_image_is_distorted_by_the_stretch_at_most_and_stands_in_the_middle(
    width: int, height: int, side: int, stretch: float
) -> None:
    left, top, right, bottom = Fit(side, stretch).place(width, height)

    assert 0 <= left < right <= side
    assert 0 <= top < bottom <= side
    assert side in (right - left, bottom - top)
    assert abs(left - (side - right)) <= 1
    assert abs(top - (side - bottom)) <= 1
    shown, real = (right - left) / (bottom - top), width / height
    # Half a pixel is lost to rounding, and a side has one pixel at least.
    room = 1 + 0.5 / (min(right - left, bottom - top) - 0.5)
    if min(right - left, bottom - top) > 1:
        assert max(shown / real, real / shown) <= stretch * room + 1e-9


@given(width=SIDES, height=SIDES)
def test_without_a_limit_every_image_fills_the_square(width: int, height: int) -> None:
    assert Fit(224).place(width, height) == (0, 0, 224, 224)


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (500, 500), (1340, 1000)])
def test_usual_photos_fill_the_square(size: tuple[int, int]) -> None:
    assert Fit(192, 1.34).place(*size) == (0, 0, 192, 192)


def test_a_long_image_stands_on_white() -> None:
    squares = Fit(64, 1.34).squares([Image.new("RGB", (200, 50), "navy"), Image.new("RGB", (50, 200), "navy")])

    for square, rows in zip(squares, (squares[0], squares[1].transpose(1, 0, 2)), strict=True):
        assert square.shape == (64, 64, 3)
        assert (rows[:21] == 255).all()
        assert (rows[21:42] == (0, 0, 128)).all()
        assert (rows[42:] == 255).all()


def test_nothing_is_cut_off() -> None:
    image = Image.new("RGB", (900, 100), "white")
    for corner in ((0, 0), (800, 0), (0, 50), (800, 50)):
        image.paste("black", (*corner, corner[0] + 100, corner[1] + 50))

    square = Fit(96, 1.34).squares([image])[0]
    left, top, right, bottom = Fit(96, 1.34).place(*image.size)

    for row in (top, bottom - 1):
        assert square[row, left].max() < 60
        assert square[row, right - 1].max() < 60


def test_a_fine_pattern_becomes_its_mean() -> None:
    pattern = np.indices((768, 768)).sum(axis=0) % 2 * 255
    image = Image.fromarray(pattern.astype(np.uint8)).convert("RGB")

    squares = Fit(64).squares([image, image.crop((0, 0, 766, 767))])

    assert np.abs(squares.astype(int) - 128).max() < 4


def test_a_map_of_a_usual_photo_is_the_whole_map() -> None:
    map_ = np.arange(36, dtype=np.float32).reshape(6, 6)

    assert Fit(192, 1.34).without_padding(map_, Image.new("RGB", (400, 300))) is map_


def test_a_map_spans_the_image_without_its_padding() -> None:
    map_ = np.zeros((6, 6), dtype=np.float32)
    map_[2:4] = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]

    wide = Fit(192, 1.0).without_padding(map_, Image.new("RGB", (300, 100)))
    tall = Fit(192, 1.0).without_padding(map_.T.copy(), Image.new("RGB", (100, 300)))

    np.testing.assert_allclose(wide, map_[2:4])
    np.testing.assert_allclose(tall, map_[2:4].T)


def test_a_cell_that_the_image_covers_in_part_counts_by_that_part() -> None:
    map_ = np.repeat(np.array([[9, 0, 4, 4, 0, 9]], dtype=np.float32).T, 6, axis=1)

    part = Fit(192, 1.0).without_padding(map_, Image.new("RGB", (192, 96)))

    assert part.shape == (3, 6)
    assert part.dtype == np.float32
    np.testing.assert_allclose(part[:, 0], [4 / 2, 4, 4 / 2], rtol=1e-5)


def test_no_images_give_no_squares() -> None:
    assert Fit(32).squares([]).shape == (0, 32, 32, 3)
