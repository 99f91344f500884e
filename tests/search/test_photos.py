from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from visualsearch.embedders import Embedder
from visualsearch.embedders.base import Look
from visualsearch.images import Box, crop
from visualsearch.search.photos import SUBJECT_SHARE, see, see_photo
from visualsearch.vectors import Vectors, normalise

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
