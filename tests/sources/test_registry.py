from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product
from tests.gallery.models import Poster, Print
from visualsearch import VisualSource, register, unregister
from visualsearch.exceptions import AlreadyRegistered, UnknownSource
from visualsearch.sources import all_sources, get_source, sources_of


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.sources.registry._registry", {})


class Shown(VisualSource):
    """A source that others extend."""

    picture_fields = ("picture",)


def test_subclass_of_a_registered_source_is_a_source_of_its_own() -> None:
    first = register(Poster)(type("Posters", (Shown,), {}))
    second = register(Print)(type("Prints", (first,), {}))
    register(Category)(type("Categories", (second,), {}))

    assert [(source.name, source.model) for source in all_sources()] == [
        ("gallery.poster", Poster),
        ("gallery.print", Print),
        ("catalog.category", Category),
    ]


def test_name_of_its_own_is_not_passed_on() -> None:
    named = register(Poster)(type("Walls", (Shown,), {"name": "walls"}))
    register(Product)(type("Products", (named,), {}))

    assert [source.name for source in all_sources()] == ["walls", "catalog.product"]


def test_one_class_speaks_for_several_models() -> None:
    register(Poster)(register(Product)(type("Both", (Shown,), {})))

    assert [(source.name, source.model) for source in all_sources()] == [
        ("catalog.product", Product),
        ("gallery.poster", Poster),
    ]


@pytest.mark.parametrize(
    ("model", "attributes"), [(Poster, {}), (Poster, {"name": "others"}), (Product, {"name": "gallery.poster"})]
)
def test_model_or_name_is_registered_once(model: Any, attributes: dict[str, str]) -> None:
    register(Poster)(type("Posters", (Shown,), {}))

    with pytest.raises(AlreadyRegistered, match="Posters is registered as 'gallery.poster' for gallery.Poster"):
        register(model)(type("Second", (Shown,), attributes))

    assert [type(source).__name__ for source in all_sources()] == ["Posters"]


def test_unregistered_model_can_be_registered_anew() -> None:
    register(Poster)(type("First", (Shown,), {}))
    unregister(Poster)
    register(Poster)(type("Second", (Shown,), {}))

    assert type(get_source()).__name__ == "Second"
    with pytest.raises(UnknownSource, match="No source is registered for catalog.Product"):
        unregister(Product)
    assert sources_of(Print) == (get_source(),)
