from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.images.drawn import BLUE, red_left_of_blue
from visualsearch.exceptions import InvalidBox
from visualsearch.images import Box, crop


def test_a_box_is_cut_out_of_the_image() -> None:
    assert crop(red_left_of_blue(), Box(0.5, 0, 0.5, 1)) == Image.new("RGB", (32, 32), BLUE)


FRACTIONS = st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted)


@given(st.integers(1, 50), st.integers(1, 50), FRACTIONS, FRACTIONS)
def test_a_crop_has_a_pixel_and_lies_inside(width: int, height: int, across: list[float], down: list[float]) -> None:
    (left, right), (top, bottom) = across, down

    part = crop(Image.new("RGB", (width, height), "white"), Box(left, top, right - left, bottom - top))

    assert part.getextrema() == ((255, 255),) * 3
    assert 1 <= part.width <= width
    assert 1 <= part.height <= height


def test_a_box_is_parsed_from_text() -> None:
    assert Box.parse("0.1, 0.2,0.3,0.4") == Box(x=0.1, y=0.2, width=0.3, height=0.4)


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "0,0,1,1,1", "nan,0,1,1", "0,0,inf,1"])
def test_a_text_that_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(InvalidBox, match="Expected a box"):
        Box.parse(text)


@pytest.mark.parametrize("values", [(0, 0, 0, 1), (0, 0, 1, -1), (-0.1, 0, 1, 1), (0.5, 0, 0.6, 1), (0, "0", 1, 1)])
def test_a_box_outside_the_photo_is_refused(values: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidBox, match="Expected a box"):
        Box(*values)


def test_a_box_may_end_a_rounding_error_outside() -> None:
    assert crop(red_left_of_blue(), Box(0.7, 0, 0.3000005, 1)).width == 19
