"""What every embedder must do; a member of the family subclasses it and gives an `embedder` fixture."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from visualsearch.embedders import Embedder
from visualsearch.exceptions import EmbedderUnavailable

Colour = str


def draw(colour: Colour, shape: str, *, size: tuple[int, int] = (96, 80), ground: Colour = "white") -> Image.Image:
    """Return a picture of one `rectangle`, `ellipse` or diagonal `line`."""
    image = Image.new("RGB", size, ground)
    width, height = size
    corners = (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
    options: dict[str, Any] = {"width": 9} if shape == "line" else {}
    getattr(ImageDraw.Draw(image), shape)(corners, fill=colour, **options)
    return image


PICTURES = [
    draw("red", "ellipse"),
    draw("green", "rectangle", size=(300, 40)),
    draw("navy", "line", ground="orange"),
    Image.effect_noise((33, 57), 60).convert("RGB"),
]


class EmbedderContract:
    def test_vectors_are_float32_rows_of_unit_length(self, embedder: Embedder) -> None:
        vectors = embedder.embed(PICTURES)

        assert vectors.shape == (len(PICTURES), embedder.dimensions)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_a_batch_equals_its_pictures_one_by_one(self, embedder: Embedder) -> None:
        alone = np.concatenate([embedder.embed([picture]) for picture in PICTURES])

        np.testing.assert_allclose(embedder.embed(PICTURES), alone, atol=1e-4)

    def test_the_same_picture_gives_the_same_vector_twice(self, embedder: Embedder) -> None:
        assert (embedder.embed(PICTURES[:1]) == embedder.embed(PICTURES[:1].copy())).all()

    def test_no_pictures_give_no_rows(self, embedder: Embedder) -> None:
        vectors = embedder.embed([])

        assert vectors.shape == (0, embedder.dimensions)
        assert vectors.dtype == np.float32

    @pytest.mark.parametrize("colour", ["black", "white", "grey", "red"])
    def test_one_plain_colour_has_a_direction(self, embedder: Embedder, colour: Colour) -> None:
        vectors = embedder.embed([Image.new("RGB", (50, 50), colour)])

        assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)

    def test_other_pictures_give_other_vectors(self, embedder: Embedder) -> None:
        cosines = (vectors := embedder.embed(PICTURES)) @ vectors.T

        assert (cosines[~np.eye(len(PICTURES), dtype=bool)] < 0.999).all()

    def test_the_fingerprint_can_name_a_folder_and_stays(self, embedder: Embedder) -> None:
        before = embedder.fingerprint
        embedder.embed(PICTURES[:1])

        assert re.fullmatch(r"[a-z0-9.-]{1,100}", before)
        assert embedder.fingerprint == before

    def test_preparing_twice_is_no_mistake(self, embedder: Embedder) -> None:
        embedder.prepare()
        embedder.prepare()

    def test_words_lie_in_the_space_of_the_images_where_it_knows_any(self, embedder: Embedder) -> None:
        if not embedder.supports_text:
            with pytest.raises(EmbedderUnavailable, match="knows no words"):
                embedder.embed_text(["a red mug"])
            return

        vectors = embedder.embed_text(["a red mug", "a green chair"])

        assert vectors.shape == (2, embedder.dimensions)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(embedder.embed_text(["a green chair"]), vectors[1:], atol=1e-4)
        assert embedder.embed_text([]).shape == (0, embedder.dimensions)

    def test_check_finds_nothing_wrong(self, embedder: Embedder) -> None:
        assert embedder.check() == []
