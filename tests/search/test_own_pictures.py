"""A whole picture of the shop is searched with by what is stored of it; only a part of one is decoded."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.exceptions import ImageTooSlow
from visualsearch.images import photos
from visualsearch.images.decoding import Decoded
from visualsearch.models import Embedding
from visualsearch.search import Tier
from visualsearch.search.own_pictures import seen_of
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db
PAGE, SEARCH = reverse("visualsearch:page"), reverse("visualsearch-api:visual-search")


@pytest.fixture
def product() -> Product:
    product = add_product(draw("red"), draw("green"), sku="A")
    add_product(draw("blue"), sku="B")
    sync_now()
    return product


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count what is decoded."""
    counted: list[int] = []
    real = photos.decode_apart

    def count(data: bytes, *args: Any, **options: Any) -> Decoded:
        counted.append(len(data))
        return real(data, *args, **options)

    monkeypatch.setattr(photos, "decode_apart", count)
    return counted


def test_page_decodes_no_whole_picture_of_the_shop(client: Client, product: Product, decoded: list[int]) -> None:
    for image in product.images.all():
        response = client.get(PAGE, {"like": f"{product.pk}:{image.pk}"})
        (best, *_) = response.context["shown"].answer.results
        assert (best.key, best.picture.key, best.tier) == ("A", str(image.pk), Tier.SAME_PICTURE)
        assert best.score > 0.999

    assert decoded == []


def test_api_decodes_no_whole_picture_of_the_shop(client: Client, product: Product, decoded: list[int]) -> None:
    sent = {"product": "A", "picture": str(product.images.last().pk)}  # type: ignore[union-attr]
    for body in ({"product": "A"}, sent):
        response = client.post(SEARCH, {**body, "source": PRODUCTS}, content_type="application/json")
        assert response.json()["results"][0]["product"]["key"] == "A"
        assert response.json()["query"]["size"] is None

    assert decoded == []


@pytest.mark.parametrize("part", [{"box": "0,0,0.5,1"}, {"boxes": ["0,0,0.5,1"]}, {"point": "0.5,0.5"}])
def test_part_of_a_picture_of_the_shop_is_decoded(
    client: Client, product: Product, decoded: list[int], part: dict[str, Any]
) -> None:
    body = {"product": "A", "source": PRODUCTS, **part}

    response = client.post(SEARCH, body, content_type="application/json")

    assert response.status_code == 200
    assert decoded


def test_picture_that_is_not_searchable_yet_goes_through_the_door_of_photos(
    client: Client, decoded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    product = add_product(draw("red"))
    like = {"like": f"{product.pk}:{product.images.get().pk}"}

    assert client.get(PAGE, like).status_code == 200
    assert decoded

    def be_slow(*args: Any, **options: Any) -> Decoded:
        raise ImageTooSlow("Expected a picture that is decoded within 10 seconds; this takes longer.")

    monkeypatch.setattr(photos, "decode_apart", be_slow)
    assert client.get(PAGE, like).status_code == 400


def test_vector_of_another_file_or_of_a_picture_that_failed_is_none(product: Product) -> None:
    source = get_source(PRODUCTS)
    (picture, other) = source.get_pictures(product)
    assert seen_of(source, product, picture) is not None

    Embedding.objects.filter(picture_key=picture.key).update(picture_name="older.png")
    Embedding.objects.filter(picture_key=other.key).update(state="failed")

    assert seen_of(source, product, picture) is None
    assert seen_of(source, product, other) is None
