"""A picture that is saved in another way is found as itself."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image

from catalog.demo.goods import CATALOGUE, sample_photos
from tests.images.twins import GREY_TWINS, TWINS, Twin
from visualsearch.embedders import Embedder, load_embedder
from visualsearch.images import open_image

EMBEDDERS = ["thumbnail", "products-4"]
LONGEST_SIDE = 640
NEAR = 0.98


@cache
def pictures() -> tuple[Image.Image, ...]:
    """Return a picture of a thing on pure white, and a photo of another in a room."""
    on_white, in_a_room = CATALOGUE.parent / "pictures" / "armchair-club-cognac-1.jpg", sample_photos()[0]
    return open_image(on_white).resize((360, 360)), open_image(in_a_room).resize((360, 480))


def cosines(embedder: Embedder, twin: Twin, plain: list[Image.Image]) -> list[float]:
    twins = [open_image(twin(picture), longest_side=LONGEST_SIDE) for picture in plain]
    return list(np.sum(embedder.embed(plain) * embedder.embed(twins), axis=1))


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("weights", EMBEDDERS)
def test_a_twin_has_the_vector_of_its_picture(name: str, weights: str) -> None:
    assert min(cosines(load_embedder(weights), TWINS[name], list(pictures()))) >= NEAR


@pytest.mark.parametrize("name", GREY_TWINS)
@pytest.mark.parametrize("weights", EMBEDDERS)
def test_a_grey_twin_has_the_vector_of_its_grey_picture(name: str, weights: str) -> None:
    grey = [picture.convert("L").convert("RGB") for picture in pictures()]

    assert min(cosines(load_embedder(weights), GREY_TWINS[name], grey)) >= NEAR


def test_both_ends_of_a_long_thin_picture_are_seen() -> None:
    pole = Image.new("RGB", (4000, 100), "white")
    pole.paste("red", (0, 0, 200, 100))
    pole.paste("blue", (3800, 0, 4000, 100))

    image = open_image(TWINS["progressive"](pole), longest_side=LONGEST_SIDE)

    first, last = (image.getpixel((column, image.height // 2)) for column in (4, image.width - 5))
    assert image.width == 40 * image.height
    assert first[0] > 200 > first[2]  # type: ignore[index]
    assert last[2] > 200 > last[0]  # type: ignore[index]
