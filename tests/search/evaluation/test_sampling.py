from __future__ import annotations

import pytest

from catalog.models import Category
from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product
from visualsearch.search.evaluation import choose_catalogue, draw_pictures, query_of, shown_objects
from visualsearch.sources import all_sources, get_source

pytestmark = pytest.mark.django_db


def drawn(count: int, seed: int = 0) -> list[str]:
    return [one.picture.name for one in draw_pictures(all_sources(), count, seed)]


def test_every_object_has_a_picture_before_any_has_a_second() -> None:
    products = [add_product(draw("red"), draw("blue"), draw("green")) for _ in range(4)]

    first = [one.object.pk for one in draw_pictures(all_sources(), 4, 0)]
    more = [one.object.pk for one in draw_pictures(all_sources(), 8, 0)]

    assert sorted(first) == [product.pk for product in products]
    assert sorted(more) == sorted(2 * first)


def test_same_seed_draws_the_same_and_another_others() -> None:
    for _ in range(20):
        add_product(draw(), draw("blue"))

    assert drawn(5, seed=1) == drawn(5, seed=1)
    assert drawn(5, seed=1) == drawn(30, seed=1)[:5]
    assert set(drawn(5, seed=1)) != set(drawn(5, seed=2))


def test_all_sources_take_part_and_hidden_objects_do_not() -> None:
    add_product(draw(), is_active=False)
    add_poster(hangs=False)
    product, poster = add_product(draw()), add_poster()

    assert set(drawn(10)) == {product.images.get().file.name, poster.picture.name}


def test_object_whose_hook_fails_is_left_out(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = add_product(draw()), add_product(draw())
    get_pictures = ProductSource.get_pictures
    monkeypatch.setattr(
        ProductSource, "get_pictures", lambda self, obj: 1 / 0 if obj.pk == bad.pk else get_pictures(self, obj)
    )

    assert drawn(10) == [good.images.get().file.name]
    assert f"get_pictures of catalog.product {bad.pk} fails" in caplog.text


def test_every_variant_of_the_group_is_right() -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    add_product(draw(), group="cup", category=cups, title="Cup", sku="C1")

    query = query_of(draw_pictures(all_sources(), 1, 0)[0])

    assert (query.right, query.right_by, query.source, query.category) == ({"cup"}, "group", PRODUCTS, "Cups")
    assert [(goods.key, goods.title) for goods in query.goods] == [("C1", "Cup")]


def test_object_without_category_and_group_stands_alone() -> None:
    poster = add_poster()

    query = query_of(draw_pictures([get_source(POSTERS)], 1, 0)[0])

    assert (query.category, query.right) == ("", {f"pk:{poster.pk}"})


def test_catalogue_of_a_few_holds_the_right_answers_too() -> None:
    for _ in range(10):
        add_product(draw(), draw("blue"))
    sources = [get_source(PRODUCTS)]
    queries = [query_of(one) for one in draw_pictures(sources, 3, 0)]

    chosen = choose_catalogue(queries, sources, 4, 0)
    every = choose_catalogue(queries, sources, None, 0)
    pictures = [(source, obj, one) for source, obj in shown_objects(sources) for one in source.get_pictures(obj)]
    held = {one.name for source, obj, one in pictures if chosen(source, obj, one)}

    assert {query.name for query in queries} < held
    assert 6 <= len(held) <= 3 * 2 + 4
    assert all(every(*picture) for picture in pictures)
