from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catalog.models import Product
from tests.drawing import draw, draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, sync_now
from visualsearch.embedders import Embedder
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.models import Embedding
from visualsearch.search import PhotoQuery, find_similar
from visualsearch.search.evaluation import Catalogue, Failure, embed_catalogue, shown_objects
from visualsearch.sources import Picture, all_sources
from visualsearch.vectors import Vectors

pytestmark = pytest.mark.django_db


def every(source: Any, obj: Any, picture: Picture) -> bool:
    return True


def embed(*embedders: Embedder) -> tuple[list[Catalogue], list[Failure]]:
    return embed_catalogue(shown_objects(all_sources()), embedders, every)


@pytest.mark.parametrize("fixture", [None, "learnt_regions"])
def test_same_embedder_answers_as_the_live_index_does(request: pytest.FixtureRequest, fixture: str | None) -> None:
    if fixture:
        request.getfixturevalue(fixture)
    for number in range(30):
        add_product(draw_mosaic(number), draw_mosaic(100 + number), group=f"g{number % 20}")
    add_poster()
    sync_now()
    (catalogue,), failed = embed(ThumbnailEmbedder())

    for number in (3, 104, 500):
        query = PhotoQuery(photo=draw_mosaic(number), source=PRODUCTS, limit=15)
        live, ours = list(find_similar(query)), catalogue.find(query)
        assert [(one.key, one.picture.name) for one in ours] == [(one.key, one.picture.name) for one in live]
        assert [one.score for one in ours] == pytest.approx([one.score for one in live], abs=1e-3)
    assert (len(catalogue), failed) == (61, [])


def test_each_embedder_has_its_own_catalogue_and_no_row_is_written() -> None:
    add_product(draw("red"))
    tiny, thumbnail = embed(TinyEmbedder(), ThumbnailEmbedder())[0]

    assert [one.embedder.name for one in (tiny, thumbnail)] == ["tiny", "thumbnail"]
    assert len(tiny.find(PhotoQuery(photo=draw("red"), source=PRODUCTS))) == 1
    assert not Embedding.objects.exists()


def test_photo_may_be_a_path_an_image_or_a_picture_of_the_shop(tmp_path: Path) -> None:
    poster = add_poster(draw("red"))
    (catalogue,) = embed(TinyEmbedder())[0]
    path = tmp_path / "photo.png"
    path.write_bytes(draw("red"))

    for photo in (path, Image.open(path).convert("RGB"), Picture(key="picture", file=poster.picture)):
        assert [one.object for one in catalogue.find(PhotoQuery(photo=photo, source=POSTERS))] == [poster]


def test_product_hidden_meanwhile_is_not_found() -> None:
    add_product(draw("red"))
    (catalogue,) = embed(TinyEmbedder())[0]
    Product.objects.update(is_active=False)

    assert catalogue.find(PhotoQuery(photo=draw("red"), source=PRODUCTS)) == []


def test_source_without_pictures_finds_nothing() -> None:
    (catalogue,) = embed(TinyEmbedder())[0]

    assert (len(catalogue), catalogue.find(PhotoQuery(photo=draw(), source=PRODUCTS))) == (0, [])


def test_picture_that_cannot_be_read_is_listed() -> None:
    bad, _ = add_product(b"no picture"), add_product(draw())

    (catalogue,), (failure,) = embed(TinyEmbedder())

    assert len(catalogue) == 1
    assert failure.name == bad.images.get().file.name


class ShyEmbedder(TinyEmbedder):
    """Has no vector for a picture that is 50 pixels wide."""

    def embed(self, images: Any) -> Vectors:
        vectors = super().embed(images)
        vectors[np.array([image.width == 50 for image in images], bool)] = 0
        return vectors


def test_picture_that_one_embedder_fails_on_is_left_out_of_both() -> None:
    for size in (40, 50, 60):
        add_product(draw(size=size))

    catalogues, (failure,) = embed(TinyEmbedder(), ShyEmbedder())

    assert [len(one) for one in catalogues] == [2, 2]
    assert "zero length" in failure.reason


def test_only_chosen_pictures_are_held() -> None:
    one, _ = add_product(draw("red")), add_product(draw("blue"))

    (catalogue,), _ = embed_catalogue(
        shown_objects(all_sources()), [TinyEmbedder()], lambda source, obj, picture: obj.pk == one.pk
    )

    assert [found.object for found in catalogue.find(PhotoQuery(photo=draw("blue"), source=PRODUCTS))] == [one]
