"""What `manage.py check` says of a source that its model cannot bear out, one test an id."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import Upper

from catalog.models import Product, ProductImage
from tests.gallery.models import Etching, Frame, Look, Photo, Poster, Style, StylePhoto, Work, WorkPhoto
from visualsearch import ChoiceFilter, FlagFilter, RangeFilter, VisualSource
from visualsearch.sources import all_sources


def ids(model: Any, **attributes: Any) -> list[str]:
    return [str(message.id) for message in messages(model, **attributes)]


def messages(model: Any, **attributes: Any) -> list[Any]:
    given = {"get_pictures": lambda self, obj: []} | attributes
    source = type("Odd", (VisualSource,), given)()
    source.model, source.name = model, attributes.get("name", "odd")
    return source.check()


def no_hook(self: Any, *given: Any) -> str:
    return ""


def test_sources_of_the_shops_have_nothing_to_complain_of() -> None:
    assert [message for source in all_sources() for message in source.check()] == []


def test_source_without_declarations_is_well() -> None:
    for model in (Product, Poster, Style, Look, Work, Etching):
        assert ids(model) == []


@pytest.mark.parametrize("name", ["photo", "cover", "photos", "title", "picture__name", "pk"])
def test_visualsearch_e010_picture_field_that_keeps_no_files(name: str) -> None:
    model = Look if name in ("cover", "photos") else Poster
    (error,) = messages(model, picture_fields=(name,))

    assert error.id == "visualsearch.E010"
    assert f"picture_fields names '{name}'" in error.msg


def test_visualsearch_e011_source_that_says_nothing_of_pictures() -> None:
    assert ids(Poster, get_pictures=VisualSource.get_pictures) == ["visualsearch.E011"]


@pytest.mark.parametrize(
    ("model", "follows"),
    [
        (Poster, {ProductImage: "product"}),
        (Poster, {ProductImage: "nothing"}),
        (Poster, {"no.Model": "x"}),
        (Poster, {"nonsense": "x"}),
        (Product, {ProductImage: "position"}),
        (Product, {ProductImage: "product__title__x"}),
        (Work, {WorkPhoto: ("work", "file")}),
        (Style, {StylePhoto: ""}),
        (Look, {Photo: "file"}),
    ],
)
def test_visualsearch_e012_follows_no_way_to_the_model(model: Any, follows: dict[Any, Any]) -> None:
    assert ids(model, follows=follows) == ["visualsearch.E012"]


@pytest.mark.parametrize("name", ["sku", "parent__title", "photos", "__str__", "children"])
def test_visualsearch_e013_key_field_that_objects_are_not_known_by(name: str) -> None:
    assert ids(Look, key_field=name) == ["visualsearch.E013"]


def test_key_may_be_a_field_an_annotation_or_told_by_hooks() -> None:
    def get_queryset(self: Any) -> QuerySet[Look]:
        return Look.objects.annotate(code=Upper("title"))

    assert ids(Look, key_field="title") == []
    assert ids(Look, key_field="code", get_queryset=get_queryset) == []
    assert ids(Look, key_field="sku", get_key=no_hook, get_object=no_hook) == []
    (error,) = messages(Look, key_field="sku", get_key=no_hook)
    assert str(error.hint).endswith("or override get_object().")


@pytest.mark.parametrize("path", ["style", "cover__nothing", "photos", "children__title", "title__nothing"])
def test_visualsearch_e014_group_that_is_not_one_value_of_each_object(path: str) -> None:
    assert ids(Look, group_by=path) == ["visualsearch.E014"]


@pytest.mark.parametrize(
    "path", ["title", "parent", "cover", "cover__pk", "cover__file", "parent__title", "made__year"]
)
def test_group_may_be_a_field_or_a_path(path: str) -> None:
    assert ids(Look, group_by=path) == []


@pytest.mark.parametrize(
    "part",
    [
        ChoiceFilter("one", "One", "smell"),
        ChoiceFilter("one", "One", "cover__smell"),
        RangeFilter("one", "One", "title"),
        RangeFilter("one", "One", "made"),
        FlagFilter("one", "One", "weight"),
        ChoiceFilter("one", "One", "photo_count"),
        RangeFilter("one", "One", "photo_count"),
        ChoiceFilter("q", "One", "title"),
        ChoiceFilter("two words", "One", "title"),
    ],
)
def test_visualsearch_e015_filter_that_cannot_narrow(part: Any) -> None:
    def get_queryset(self: Any) -> QuerySet[Look]:
        return Look.objects.annotate(photo_count=Count("photos"), mean=Avg("children__weight"))

    assert ids(Look, filters=(part,), get_queryset=get_queryset) == ["visualsearch.E015"]


def test_visualsearch_e015_two_filters_of_one_name() -> None:
    parts = (RangeFilter("price", "Price", "weight"), ChoiceFilter("price_to", "Price", "title"))

    assert ids(Look, filters=parts) == ["visualsearch.E015"]


@pytest.mark.parametrize(
    "part",
    [
        ChoiceFilter("one", "One", "kind"),
        ChoiceFilter("one", "One", "cover"),
        ChoiceFilter("one", "One", "photos__pk"),
        ChoiceFilter("one", "One", "made__year"),
        ChoiceFilter("one", "One", "loud"),
        RangeFilter("one", "One", "children__weight"),
        RangeFilter("one", "One", "double"),
        FlagFilter("one", "One", "shown"),
    ],
)
def test_filter_may_narrow_by_a_field_a_path_or_an_annotation(part: Any) -> None:
    def get_queryset(self: Any) -> QuerySet[Look]:
        return Look.objects.annotate(loud=Upper("title"), double=2 * F("weight"))

    assert ids(Look, filters=(part,), get_queryset=get_queryset) == []


def test_visualsearch_e017_queryset_that_cannot_be_searched() -> None:
    for get_queryset in (
        lambda self: Poster.objects.all(),
        lambda self: Look.objects.all()[:10],
        lambda self: Look.objects.all().union(Look.objects.all()),
        lambda self: Look.objects.filter(smell="roses"),
        lambda self: list(range(3)),
        lambda self: 1 / 0,
    ):
        assert ids(Look, get_queryset=get_queryset) == ["visualsearch.E017"]


def test_visualsearch_e018_name_that_no_row_can_hold() -> None:
    assert ids(Poster, name="n" * 101) == ["visualsearch.E018"]
    assert ids(Poster, name="n" * 100) == []


def test_visualsearch_w017_primary_keys_that_may_be_too_long() -> None:
    assert ids(Frame) == ["visualsearch.W017"]


def test_visualsearch_w016_groups_that_the_database_does_not_know() -> None:
    parts = (ChoiceFilter("kind", "Kind", "kind"),)

    assert ids(Look, get_group=no_hook, filters=parts) == ["visualsearch.W016"]
    assert ids(Look, get_group=no_hook, filters=parts, group_by="title") == []
    assert ids(Look, get_group=no_hook) == []
