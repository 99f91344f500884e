from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.drawing import draw, draw_mosaic
from visualsearch.search.disturbances import DISTURBANCES, disturb

CHANGING = [name for name in DISTURBANCES if name != "none"]


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


@st.composite
def images(draw: Callable[..., int]) -> Image.Image:
    """Noise, a plain colour, or a shape on white, of any size."""
    width, height = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    kind, number = draw(st.sampled_from(("noise", "plain", "shape"))), draw(st.integers(0, 2**24 - 1))
    colour = (number >> 16, number >> 8 & 255, number & 255)
    if kind == "noise":
        pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3)).astype(np.uint8)
        return Image.fromarray(pixels)
    image = Image.new("RGB", (width, height), colour if kind == "plain" else "white")
    if kind == "shape":
        image.paste(colour, (width // 4, height // 4, 3 * width // 4 + 1, 3 * height // 4 + 1))
    return image


@settings(max_examples=40, deadline=None)
@given(image=images(), seed=st.integers(-(2**70), 2**70), scene=st.booleans())
def test_any_image_comes_out_as_another_rgb_image(image: Image.Image, seed: int, scene: bool) -> None:
    before = image.tobytes()
    scenes = [Image.new("RGB", (30, 20), "green")] if scene else []

    for name in CHANGING:
        disturbed = disturb(image, name, seed, scenes=scenes)
        assert disturbed.mode == "RGB"
        assert min(disturbed.size) >= 1
        assert (disturbed.size, disturbed.tobytes()) != (image.size, before), name

    assert image.tobytes() == before


def test_none_gives_back_the_pixels_that_came() -> None:
    image = opened(draw_mosaic(1))

    assert disturb(image, "none", 5).tobytes() == image.tobytes()


@pytest.mark.parametrize("name", CHANGING)
def test_same_picture_and_seed_give_the_same_image(name: str) -> None:
    image = opened(draw())

    assert disturb(image, name, 7).tobytes() == disturb(image.copy(), name, 7).tobytes()


@pytest.mark.parametrize("name", [name for name in CHANGING if name != "mirror"])
def test_another_seed_gives_another_image(name: str) -> None:
    image = opened(draw_mosaic(1))

    assert len({disturb(image, name, seed).tobytes() for seed in range(6)}) > 1


def test_each_picture_has_chances_of_its_own() -> None:
    sizes = {disturb(opened(draw_mosaic(number)), "rotation", 1).size for number in range(6)}

    assert len(sizes) > 1


@pytest.mark.parametrize(("width", "height"), [(3000, 80), (80, 3000), (1, 400), (1600, 1200)])
@pytest.mark.parametrize("name", CHANGING)
def test_long_and_large_pictures_are_disturbed_too(name: str, width: int, height: int) -> None:
    disturbed = disturb(Image.effect_noise((width, height), 60).convert("RGB"), name, 1)

    assert max(disturbed.size) <= 1.4 * max(width, height, 1170 / 1.4)


def test_another_word_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Expected one of none, rotation, .*mirror, got 'rain'"):
        disturb(opened(draw()), "rain", 1)
