"""Whatever a hook or a storage raises, page and API go on without what it would have said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from catalog.models import Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.goods import PRODUCTS, add_picture, add_product, found, sync_now
from visualsearch import Card, Picture, VisualSource
from visualsearch.api.views import SearchView
from visualsearch.models import Embedding
from visualsearch.search import Result
from visualsearch.sources import get_source
from visualsearch.sources.hooks import cards_of, group_of, key_of, read_pictures, title_of, url_of
from visualsearch.sync import get_progress

pytestmark = pytest.mark.django_db
HOOKS = ("get_title", "get_url", "get_group", "get_category", "get_key", "get_cards")


@pytest.fixture
def goods() -> list[Product]:
    products = [add_product(draw(colour), title=f"A {colour} cup") for colour in ("red", "pink", "orange")]
    sync_now()
    return products


def break_hook(monkeypatch: pytest.MonkeyPatch, hook: str, bad: Product, error: Exception) -> None:
    """Let a hook fail on one product."""
    call = getattr(ProductSource, hook)

    def broken(self: ProductSource, given: Any) -> Any:
        if given == bad or (isinstance(given, list) and bad in given):
            raise error
        return call(self, given)

    monkeypatch.setattr(ProductSource, hook, broken)


def on_the_page(client: Client, *, status: int = 200) -> Any:
    photo = SimpleUploadedFile("photo.png", draw("red"))
    sent = client.post(reverse("visualsearch:page"), {"photo": photo})
    response = client.get(sent["Location"])
    assert response.status_code == status
    return response


def on_the_api(client: Client) -> list[Any]:
    fields = {"photo": SimpleUploadedFile("photo.png", draw("red")), "source": PRODUCTS}
    response = client.post(reverse("visualsearch-api:visual-search"), fields)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("error", [ValueError("broken"), NoReverseMatch("nowhere"), AttributeError("none")])
def test_hook_that_fails_on_one_object_leaves_it_and_all_others_in_the_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product], hook: str, error: Exception
) -> None:
    break_hook(monkeypatch, hook, goods[0], error)

    assert len(on_the_api(client)) == 3
    assert b"A pink cup" in on_the_page(client).content
    similar = client.get(f"/api/v1/products/{goods[1].sku}/similar/?{urlencode({'source': PRODUCTS})}")
    assert len(similar.json()["results"]) == 2


def test_what_a_failing_hook_would_say_is_left_empty_or_said_by_the_key(
    monkeypatch: pytest.MonkeyPatch, goods: list[Product]
) -> None:
    source, bad = get_source(PRODUCTS), goods[0]
    for hook in HOOKS:
        break_hook(monkeypatch, hook, bad, ValueError("broken"))

    assert (key_of(source, bad), title_of(source, bad), url_of(source, bad)) == (str(bad.pk), str(bad.pk), "")
    assert group_of(source, bad) == f"pk:{bad.pk}"
    bare, *others = cards_of(source, goods)
    assert bare == Card()
    assert all(card.stock for card in others)


@pytest.mark.parametrize("cards", [[], [Card()], None])
def test_wrong_number_of_cards_costs_the_cards_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product], cards: Any
) -> None:
    monkeypatch.setattr(ProductSource, "get_cards", lambda self, objects: cards if len(objects) > 1 else [])

    assert [row["product"]["price"] for row in on_the_api(client)] == ["", "", ""]


def test_texts_may_be_missing_or_wait_for_their_language(monkeypatch: pytest.MonkeyPatch, goods: list[Product]) -> None:
    source = get_source(PRODUCTS)
    monkeypatch.setattr(ProductSource, "get_title", lambda self, obj: gettext_lazy("Category"))
    monkeypatch.setattr(ProductSource, "get_url", lambda self, obj: None)
    monkeypatch.setattr(ProductSource, "get_group", lambda self, obj: None)

    assert (type(title_of(source, goods[0])), url_of(source, goods[0])) == (str, "")
    assert group_of(source, goods[0]) == f"pk:{goods[0].pk}"


@pytest.mark.parametrize("hook", ["get_samples", "get_categories"])
def test_page_goes_on_without_samples_and_shelves(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product], hook: str
) -> None:
    monkeypatch.setattr(ProductSource, hook, lambda self: 1 / 0)

    assert client.get(reverse("visualsearch:page")).status_code == 200
    on_the_page(client)


def test_object_that_cannot_be_looked_up_is_not_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductSource, "get_object", lambda self, key: 1 / 0)

    fields = {"product": "A1", "source": PRODUCTS}
    searched = client.post(reverse("visualsearch-api:visual-search"), fields, content_type="application/json")
    similar = client.get(f"/api/v1/products/A1/similar/?{urlencode({'source': PRODUCTS})}")

    assert (searched.status_code, similar.status_code) == (404, 404)


def test_failing_hook_is_logged_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ProductSource, "get_url", lambda self, obj: 1 / 0)

    on_the_api(client)
    on_the_page(client)

    assert [one.getMessage() for one in caplog.records if "get_url" in one.getMessage()] == [
        f"get_url of {PRODUCTS} {goods[0].pk} fails."
    ]


def test_database_that_is_away_is_no_failure_of_a_hook(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product]
) -> None:
    break_hook(monkeypatch, "get_title", goods[0], OperationalError("the connection is closed"))

    with pytest.raises(OperationalError):
        title_of(get_source(PRODUCTS), goods[0])
    fields = {"photo": SimpleUploadedFile("photo.png", draw("red")), "source": PRODUCTS}
    assert client.post(reverse("visualsearch-api:visual-search"), fields).status_code == 503


@pytest.mark.parametrize("which", ["one", "all"])
def test_picture_without_an_address_is_shown_without(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    goods: list[Product],
    which: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage, bad = goods[0].images.get().file.storage, goods[0].images.get().file.name
    url = storage.url

    def private(name: str) -> str:
        if which == "all" or name == bad:
            raise ValueError("This file is not accessible via a URL.")
        return url(name)

    monkeypatch.setattr(storage, "url", private)

    rows = on_the_api(client)
    assert [bool(row["picture"]["url"]) for row in rows] == [False, which == "one", which == "one"]
    assert b'<img src=""' not in on_the_page(client).content
    assert on_the_page(client).context["shown"].sections[0].results[0].result.key == goods[0].sku
    like = urlencode({"like": f"{goods[0].pk}:{goods[0].images.get().pk}"})
    assert client.get(f"{reverse('visualsearch:page')}?{like}").status_code == 200
    assert sum("has no address" in one.getMessage() for one in caplog.records) == 1


def test_serializer_that_fails_on_one_result_leaves_it_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, goods: list[Product]
) -> None:
    class Own(serializers.Serializer[Result]):
        title = serializers.SerializerMethodField()

        def get_title(self, result: Result) -> str:
            if result.object == goods[0]:
                raise ValueError("broken")
            return result.title

    monkeypatch.setattr(SearchView, "result_serializer_class", Own)

    assert on_the_api(client) == [{"title": "A pink cup"}, {"title": "A orange cup"}]


def test_picture_row_without_a_file_is_no_picture() -> None:
    product = add_product(draw("red"))
    empty = add_picture(product, draw("blue"), position=1)
    type(empty).objects.filter(pk=empty.pk).update(file="")

    sync_now()

    assert list(Embedding.objects.values_list("state", flat=True)) == ["ready"]
    assert (get_progress(get_source(PRODUCTS)).wanted, get_progress(get_source(PRODUCTS)).failed) == (1, 0)
    assert found(draw("red")) == [product.sku]


def test_of_two_pictures_with_one_key_the_last_counts(register_source: Callable[..., VisualSource]) -> None:
    product = add_product(draw("red"), draw("blue"))
    first, second = (image.file for image in product.images.all())

    class Same(VisualSource):
        def get_pictures(self, obj: Product) -> list[Picture]:
            return [Picture(key="same", file=first), Picture(key="same", file=second)]

    assert [picture.name for picture in read_pictures(Same(), product)] == [second.name]
