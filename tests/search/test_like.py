"""From one object to those that look like it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product
from tests.drawing import draw
from tests.goods import add_poster, add_product, sync_now
from visualsearch.embedders import Embedder
from visualsearch.exceptions import InvalidQuery, UnknownSource
from visualsearch.search import find_like

pytestmark = pytest.mark.django_db


def keys(*args: Any, **options: Any) -> list[str]:
    return [result.key for result in find_like(*args, **options)]


def test_nearest_comes_first_and_the_object_itself_never() -> None:
    red = add_product(draw("red"))
    far = add_product(draw("blue", "rectangle"))
    near = add_product(draw("darkred"))
    sync_now()

    assert keys(red) == [near.sku, far.sku]


def test_own_group_is_left_out_and_another_counts_once() -> None:
    red = add_product(draw("red"), group="cup")
    for number in range(5):
        add_product(draw("red", size=100 + number), group="cup")
        add_product(draw("darkred", size=100 + number), group="mug")
    plain = add_product(draw("blue"))
    sync_now()

    found = find_like(red, limit=2)

    assert [result.group for result in found] == ["mug", f"pk:{plain.pk}"]


def test_no_picture_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    red = add_product(draw("red"))
    other = add_product(draw("blue"))
    sync_now()
    monkeypatch.setattr(Embedder, "look", lambda *args: pytest.fail("A picture was embedded."))
    monkeypatch.setattr(Embedder, "embed", lambda *args: pytest.fail("A picture was embedded."))

    assert keys(red) == [other.sku]


def test_object_is_like_what_all_its_pictures_are_like() -> None:
    both = add_product(draw("red"), draw("blue"))
    for colour in ("red", "blue", "green"):
        add_product(draw(colour, size=100), sku=colour)
    sync_now()

    assert set(keys(both, limit=2)) == {"red", "blue"}


def test_hidden_object_is_gone_from_the_very_next_answer() -> None:
    red, blue = add_product(draw("red")), add_product(draw("blue"))
    sync_now()

    Product.objects.filter(pk=blue.pk).update(is_active=False)

    assert keys(red) == []


def test_object_without_a_searchable_picture_is_like_nothing() -> None:
    add_product(draw("red"))
    sync_now()

    assert keys(add_product()) == []
    assert keys(add_product(draw("red"))) == []


def test_queryset_narrows_the_answer() -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    red, cup = add_product(draw("red")), add_product(draw("blue"), category=cups)
    add_product(draw("red", size=100))
    sync_now()

    assert keys(red, within=cups.products.all()) == [cup.sku]


def test_questions_do_not_grow_with_the_answer(django_assert_max_num_queries: Any) -> None:
    red = add_product(draw("red"))
    for number in range(20):
        add_product(draw("red", size=100 + number))
    sync_now()
    find_like(red, limit=10)

    with django_assert_max_num_queries(7):
        assert len(find_like(red, limit=10)) == 10


def test_object_of_no_source_is_refused() -> None:
    with pytest.raises(UnknownSource, match=r"Expected one source of catalog.Category, found none"):
        find_like(Category(name="Cups"))


def test_object_of_another_source_is_refused() -> None:
    with pytest.raises(InvalidQuery, match=r"Expected a catalog.Product, got a gallery.Poster"):
        find_like(add_poster(), source="catalog.product")


def test_limit_outside_the_range_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="Expected a limit from 1 to 100, got 0"):
        find_like(add_product(), limit=0)
