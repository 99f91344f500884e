from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from catalog.models import Category, Product
from tests.api.conftest import Search, photo
from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_picture, add_product, sync_now
from visualsearch import addresses
from visualsearch.api import asking

pytestmark = pytest.mark.django_db


def keys(answer: Any) -> list[str]:
    return [result["product"]["key"] for result in answer.json()["results"]]


def test_photo_is_answered_with_the_products_that_look_like_it(search: Search) -> None:
    product = add_product(draw("red"), title="A red cup", price="12.50")
    add_product(draw("blue"))
    sync_now()

    answer = search().json()

    best = answer["results"][0]
    shown = best["product"]
    assert (shown["key"], shown["title"], shown["price"]) == (product.sku, "A red cup", "12.50\xa0€")
    assert shown["url"] == f"http://testserver{product.get_absolute_url()}"
    assert best["score"] == pytest.approx(1, abs=0.002)
    assert best["picture"]["url"] == f"http://testserver{product.images.get().file.url}"
    assert best["picture"]["box"] == {"x": 0, "y": 0, "width": 1, "height": 1}
    assert answer["index"] == {"revision": 2, "lag_ms": 0}


def test_every_result_has_its_probability_and_tier(search: Search) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()

    first, *others = search().json()["results"]

    assert (first["tier"], first["probability"]) == ("same picture", 0.99)
    assert {other["tier"] for other in others} <= {"same product", "similar"}
    assert all(0 <= other["probability"] <= first["probability"] for other in others)


def test_nothing_close_enough_is_said(search: Search, settings: Any) -> None:
    add_product(draw("red"))
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}

    answer = search(draw("blue", "rectangle")).json()

    assert answer["no_match"] is True
    assert [result["tier"] for result in answer["results"]] == ["similar"]


def test_query_tells_the_size_of_the_photo_and_a_token_that_searches_again(search: Search, ask: Search) -> None:
    product = add_product(draw("red"))
    sync_now()
    first = search(draw("red", size=120), box="0.1,0.1,0.8,0.8").json()

    again = ask(query=first["query"]["token"]).json()

    assert first["query"]["size"] == again["query"]["size"] == {"width": 120, "height": 120}
    assert again["query"]["box"] == {"x": 0.1, "y": 0.1, "width": 0.8, "height": 0.8}
    assert again["query"]["id"] != first["query"]["id"]
    assert again["results"][0]["product"]["key"] == product.sku


def test_limit_and_lowest_score_are_kept(search: Search) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()

    assert len(keys(search(limit=2))) == 2
    assert len(keys(search(min_score=0.999))) == 1


def test_offset_leads_to_the_next_results_until_there_are_none(search: Search, ask: Search) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()
    whole = keys(search())
    first = search(limit=2)

    second = ask(query=first.json()["query"]["token"], limit=2, offset=first.json()["next_offset"])

    assert keys(first) + keys(second) == whole
    assert second.json()["next_offset"] is None


def test_own_product_and_each_of_its_pictures_can_be_searched_with(ask: Search) -> None:
    product = add_product(draw("red"))
    blue = add_picture(product, draw("blue"), position=1)
    other = add_product(draw("blue"))
    sync_now()

    assert keys(ask(product=product.sku, source=PRODUCTS))[0] == product.sku
    assert set(keys(ask(product=product.sku, picture=str(blue.pk), source=PRODUCTS))) == {product.sku, other.sku}
    assert ask(product="none", source=PRODUCTS).status_code == 404
    assert ask(product=product.sku, picture="none", source=PRODUCTS).status_code == 404
    Product.objects.update(is_active=False)
    assert ask(product=product.sku, source=PRODUCTS).status_code == 404


def test_own_picture_finds_itself_whatever_stands_out_in_it(ask: Search, learnt_regions: None) -> None:
    product = add_product(draw_mosaic(1))
    sync_now()

    answer = ask(product=product.sku, source=PRODUCTS).json()

    assert answer["results"][0]["score"] == pytest.approx(1, abs=1e-3)
    assert answer["query"]["boxes"] == []
    assert len(ask(product=product.sku, source=PRODUCTS, box="0,0,1,0.9").json()["query"]["boxes"]) == 1


def test_photo_is_fetched_by_the_rule_of_addresses(ask: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    product = add_product(draw("red"))
    sync_now()

    refused = ask(photo_url="http://127.0.0.1/photo.jpg", source=PRODUCTS)
    monkeypatch.setattr(asking, "fetch_photo", lambda url: draw("red"))

    assert addresses.can_fetch()
    assert (refused.status_code, refused.json()["type"]) == (422, "forbidden-address")
    assert keys(ask(photo_url="https://example.com/photo.jpg", source=PRODUCTS)) == [product.sku]


def test_others_search_while_a_photo_is_fetched(
    ask: Search, search: Search, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}
    product = add_product(draw("red"))
    sync_now()
    others = []

    def fetch(url: str) -> bytes:
        others.append(search().status_code)
        return draw("red")

    monkeypatch.setattr(asking, "fetch_photo", fetch)

    answer = ask(photo_url="https://example.com/photo.jpg", source=PRODUCTS)

    assert others == [200]
    assert keys(answer) == [product.sku]


@pytest.mark.parametrize("box", ["0.1,0.2,0.5,0.5", '{"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}'])
def test_part_of_the_photo_is_searched_with(ask: Search, box: str) -> None:
    product = add_product(draw("red"))
    sync_now()
    part: Any = {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5} if box.startswith("{") else box

    answer = ask(product=product.sku, box=part, source=PRODUCTS).json()

    assert answer["query"]["box"] == {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}


def test_point_is_searched_with(search: Search) -> None:
    add_product(draw("red"))
    sync_now()

    assert search(point="0.5,0.5").json()["query"]["box"] is not None


def test_several_boxes_have_results_of_their_own(search: Search) -> None:
    product = add_product(draw("red"))
    sync_now()

    answer = search(boxes=["0,0,1,1", "0.2,0.2,0.5,0.5"]).json()

    assert [one["box"]["width"] for one in answer["objects"]] == [1, 0.5]
    assert answer["objects"][0]["results"][0]["product"]["key"] == product.sku
    assert answer["results"][0]["product"]["key"] == product.sku


def test_filters_narrow_and_facets_count_what_they_leave(search: Search) -> None:
    cups, rugs = (Category.objects.create(name=name, slug=name.lower()) for name in ("Cups", "Rugs"))
    for price, colour, category in ((10, "red", cups), (20, "pink", cups), (30, "orange", rugs), (90, "brown", rugs)):
        add_product(draw(colour), sku=colour, price=price, category=category)
    sync_now()

    answer = search(filters='{"category": "Cups", "price_to": 15}')

    assert keys(answer) == ["red"]
    facets = {facet["name"]: facet["values"] for facet in answer.json()["facets"]}
    chosen = {value["label"]: (value["count"], value["selected"]) for value in facets["category"]}
    assert chosen == {"Cups": (1, True)}
    ranges = {facet["name"]: facet["values"] for facet in search().json()["facets"]}["price"]
    assert sum(value["count"] for value in ranges) >= 4
    narrowed = search(filters=f'{{"price_to": {ranges[0]["filters"]["price_to"]}}}')
    assert len(keys(narrowed)) == ranges[0]["count"]
    assert search(facets="0").json()["facets"] == []


def test_program_needs_no_csrf_token() -> None:
    response = Client(enforce_csrf_checks=True).post("/api/v1/visual-search/", {"photo": photo(), "source": PRODUCTS})

    assert response.status_code == 200


def test_answer_is_kept_by_no_cache_and_packed_where_asked(client: Client) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()

    fields = {"photo": photo(), "source": PRODUCTS}
    response = client.post("/api/v1/visual-search/", fields, headers={"Accept-Encoding": "gzip"})

    assert response["Cache-Control"] == "no-store"
    assert response["Content-Encoding"] == "gzip"
