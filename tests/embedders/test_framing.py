from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from visualsearch.embedders.framing import Fit, Framing

SIDES = st.integers(8, 3000)
FITS = st.sampled_from(["squeeze", "crop", "letterbox"])
RATIOS = st.sampled_from([1.0, 0.95, 0.875])


@given(width=SIDES, height=SIDES, fit=FITS, ratio=RATIOS)
def test_the_square_stands_in_the_middle_of_the_image(width: int, height: int, fit: Fit, ratio: float) -> None:
    left, top, right, bottom = Framing(fit, ratio).seen(width, height)

    assert left + right == pytest.approx(1)
    assert top + bottom == pytest.approx(1)
    across, down = (right - left) * width, (bottom - top) * height
    if fit != "squeeze":
        assert across == pytest.approx(down)
    shown = {"squeeze": None, "crop": min(width, height), "letterbox": max(width, height)}[fit]
    assert shown is None or across == pytest.approx(ratio * shown)


@given(width=SIDES, height=SIDES, fit=FITS, ratio=RATIOS, cells=st.integers(1, 16))
def test_a_map_of_ones_is_one_where_the_square_is_and_zero_elsewhere(
    width: int, height: int, fit: Fit, ratio: float, cells: int
) -> None:
    if max(width, height) > 20 * min(width, height):
        return
    framing = Framing(fit, ratio)
    left, top, right, bottom = framing.seen(width, height)

    spread = framing.spread(np.ones((cells, cells), np.float32), Image.new("1", (width, height)))

    assert spread.min() >= 0
    assert spread.max() <= 1 + 1e-5
    share = (min(1, right) - max(0, left)) * (min(1, bottom) - max(0, top))
    assert spread.mean() == pytest.approx(share, abs=1e-4)


def test_a_spot_in_the_map_lies_where_it_was_in_the_image() -> None:
    map_ = np.zeros((7, 7), np.float32)
    map_[3, 6] = 1

    spread = Framing("crop").spread(map_, Image.new("RGB", (300, 100)))

    assert spread.shape == (7, 21)
    assert np.argwhere(spread > 0.5).tolist() == [[3, 13]]


@pytest.mark.parametrize("size", [(80, 40), (40, 80), (64, 64)])
def test_squares_are_what_pillow_makes(size: tuple[int, int]) -> None:
    image = Image.effect_noise(size, 90).convert("RGB")
    bilinear = Image.Resampling.BILINEAR
    expected = {
        "squeeze": image.resize((32, 32), bilinear),
        "crop": ImageOps.fit(image, (32, 32), bilinear),
        "letterbox": ImageOps.pad(image, (32, 32), bilinear, color="white"),
    }

    for fit, square in expected.items():
        found = Framing(fit).square(image, 32)  # type: ignore[arg-type]
        assert np.abs(found.astype(int) - np.asarray(square).astype(int)).max() <= 1, fit


def test_padding_has_the_grey_that_is_asked_for() -> None:
    square = Framing("letterbox").square(Image.new("RGB", (40, 20), "red"), 32, fill=114)

    assert (square[0] == 114).all()
    assert (square[16] == (255, 0, 0)).all()
