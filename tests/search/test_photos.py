from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from visualsearch.embedders import Embedder, load_embedder
from visualsearch.embedders.base import Look
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.images import Box, crop
from visualsearch.search.photos import SUBJECT_SHARE, see, see_photo
from visualsearch.vectors import Vectors, normalise

COLOURS = ("red", "orange", "gold", "green", "teal", "navy", "purple", "deeppink", "brown", "grey")
SUBJECT, BESIDE = Box(0.4, 0.4, 0.2, 0.2), Box(0.0, 0.0, 0.2, 0.2)


class MeanColour(Embedder):
    """Embeds by the mean colour, and knows where two things are in every photo; counts its passes."""

    name, dimensions, fingerprint = "mean", 3, "mean"

    def __init__(self, *, learnt: bool = True) -> None:
        self.passes: list[int] = []
        self._learnt = learnt

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        self.passes.append(len(images))
        return normalise(np.array([np.asarray(image).mean((0, 1)) + 1 for image in images], np.float32))

    def look(self, images: Sequence[Image.Image]) -> list[Look]:
        regions = np.array([[0.9, 0.0, 0.0, 0.2, 0.2], [0.8, 0.4, 0.4, 0.6, 0.6]], np.float32)
        activation = np.zeros((10, 10), np.float32)
        activation[4:6, 4:6] = 1
        if self._learnt:
            return [Look(vector, regions=regions) for vector in self.embed(images)]
        return [Look(vector, activation=activation) for vector in self.embed(images)]


@pytest.fixture
def photo() -> Image.Image:
    """A red thing in the middle of a blue photo."""
    image = Image.new("RGB", (100, 100), "blue")
    image.paste("red", (40, 40, 60, 60))
    return image


def test_a_photo_is_drawn_towards_its_subject(photo: Image.Image) -> None:
    embedder = MeanColour()
    whole, red = embedder.embed([photo])[0], embedder.embed([crop(photo, SUBJECT)])[0]

    sight = see_photo(embedder, photo)

    both = (1 - SUBJECT_SHARE) * whole + SUBJECT_SHARE * red
    np.testing.assert_allclose(sight.vector, both / np.linalg.norm(both), atol=1e-6)
    assert whole @ red + 0.1 < sight.vector @ red < 1


def test_suggested_are_all_boxes_and_the_subject_is_the_first(photo: Image.Image) -> None:
    boxes = see_photo(MeanColour(), photo).boxes

    assert [(round(box.x, 3), round(box.width, 3)) for box in boxes] == [(0.4, 0.2), (0.0, 0.2)]


def test_a_region_is_seen_as_it_is(photo: Image.Image) -> None:
    embedder = MeanColour()
    region = crop(photo, BESIDE)

    (sight,) = see(embedder, [region], [BESIDE])

    np.testing.assert_array_equal(sight.vector, embedder.embed([region])[0])
    assert sight.boxes == ()


def test_a_subject_that_was_asked_for_too_takes_no_further_pass(photo: Image.Image) -> None:
    embedder = MeanColour()
    # As a program says it that read it from an answer.
    said = Box(round(SUBJECT.x, 4), round(SUBJECT.y, 4), 0.2, 0.2)

    whole, region = see(embedder, [photo, crop(photo, said)], [None, said])

    assert embedder.passes == [2]
    np.testing.assert_allclose(whole.vector, see_photo(embedder, photo).vector, atol=1e-6)
    assert embedder.passes == [2, 1, 1]
    assert region.vector[0] > 0.99


def test_a_picture_of_the_shop_is_seen_as_its_index_sees_it(photo: Image.Image) -> None:
    embedder = MeanColour()

    (sight,) = see(embedder, [photo], [None], closer=False)

    assert embedder.passes == [1]
    np.testing.assert_array_equal(sight.vector, embedder.embed([photo])[0])
    assert len(sight.boxes) == 2


def test_an_embedder_that_learnt_no_regions_makes_one_pass(photo: Image.Image) -> None:
    embedder = MeanColour(learnt=False)

    sight = see_photo(embedder, photo)

    assert embedder.passes == [1]
    np.testing.assert_array_equal(sight.vector, embedder.embed([photo])[0])
    assert sight.boxes


def draw_thing(number: int, size: int) -> Image.Image:
    """Draw one of 30 things in two colours, on white."""
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    outer, inner = COLOURS[number % 10], COLOURS[(number * 3 + 4) % 10]
    near, far = size * 0.15, size * 0.85
    if number % 3 == 0:
        pen.ellipse((near, near, far, far), fill=outer)
    elif number % 3 == 1:
        pen.rectangle((size * 0.25, size * 0.1, size * 0.75, size * 0.9), fill=outer)
    else:
        pen.polygon([(size * 0.5, size * 0.1), (far, far), (near, far)], fill=outer)
    pen.rectangle((size * 0.4, size * 0.5, size * 0.6, size * 0.75), fill=inner)
    return image


def put_on_a_wall(thing: Image.Image, random: np.random.Generator) -> Image.Image:
    """Return a photo of 400 pixels that shows the thing somewhere before a plain, noisy wall."""
    noise = random.integers(60, 200, 3) + random.normal(0, 12, (40, 40, 1))
    photo = Image.fromarray(noise.clip(0, 255).astype(np.uint8)).resize((400, 400))
    left, top = (int(edge) for edge in random.integers(30, 370 - thing.width, 2))
    photo.paste(thing, (left, top), thing.convert("L").point(lambda light: 0 if light > 250 else 255))
    return photo


def test_the_shipped_weights_find_more_things_that_are_small_in_their_photos() -> None:
    embedder, random = load_embedder(next(iter(SHIPPED))), np.random.default_rng(0)
    catalogue = embedder.embed([draw_thing(number, 200) for number in range(30)])
    photos = [put_on_a_wall(draw_thing(number % 30, 130), random) for number in range(60)]

    def count(vectors: Sequence[Any]) -> int:
        return sum(int((catalogue @ vector).argmax()) == number % 30 for number, vector in enumerate(vectors))

    assert count([see_photo(embedder, photo).vector for photo in photos]) >= count(list(embedder.embed(photos))) + 5
