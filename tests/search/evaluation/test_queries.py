from __future__ import annotations

from pathlib import Path

import pytest

from catalog.models import Category
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product
from tests.search.evaluation.searches import make_query
from visualsearch.search.evaluation import find_goods, read_queries
from visualsearch.sources import get_source


def test_several_skus_are_all_right(tmp_path: Path) -> None:
    path = tmp_path / "queries.csv"
    path.write_text("photo,sku\na.jpg,A; B\n")

    (query,) = read_queries(path, PRODUCTS)

    assert (query.right, query.right_by, query.source) == ({"A", "B"}, "key", PRODUCTS)
    assert (query.photo, query.name) == (tmp_path / "a.jpg", "a.jpg")


@pytest.mark.parametrize(
    "text", ["picture,sku\na.jpg,A\n", "photo,sku\na.jpg,\n", "photo,sku\n,A\n", "", "photo,sku\na\n"]
)
def test_csv_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "queries.csv"
    path.write_text(text)

    with pytest.raises(ValueError, match="Expected"):
        read_queries(path)


@pytest.mark.django_db
def test_right_answers_are_looked_up_with_category_and_picture() -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    cup = add_product(draw(), title="A red cup", category=cups)
    hidden = add_product(draw(), is_active=False)

    known, unknown = find_goods(
        [make_query(right=frozenset({cup.sku, "?"})), make_query(right=frozenset({hidden.sku}))],
        get_source(PRODUCTS),
    )

    (goods,) = known.goods
    assert (known.category, goods.title, goods.key, goods.object_key) == ("Cups", "A red cup", cup.sku, str(cup.pk))
    assert goods.picture is not None
    assert goods.picture.name == cup.images.get().file.name
    assert (unknown.category, unknown.goods) == ("", ())
