"""Results and counts group by one rule: as many groups are counted as are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count, QuerySet
from django.db.models.functions import Upper
from hypothesis import given, settings, strategies
from hypothesis.extra.django import TestCase

from tests.gallery.models import Look, Photo, Style, StylePhoto
from visualsearch import VisualSource
from visualsearch.sources.groups import group_at, group_expression

pytestmark = pytest.mark.django_db


def count_in_database(objects: QuerySet[Any], path: str) -> int:
    counted = objects.aggregate(n=Count(group_expression(objects.model, path), distinct=True))
    return int(counted["n"])


def count_shown(objects: QuerySet[Any], path: str) -> int:
    return len({group_at(obj, path) for obj in objects})


def test_parent_and_children_are_one_group() -> None:
    parents = [Look.objects.create() for _ in range(3)]
    children = [Look.objects.create(parent=parent) for parent in parents[:2] for _ in range(2)]

    assert {group_at(look, "parent") for look in [parents[0], *children[:2]]} == {f"pk:{parents[0].pk}"}
    assert count_shown(Look.objects.all(), "parent") == count_in_database(Look.objects.all(), "parent") == 3


def test_group_of_a_foreign_key_costs_no_query(django_assert_num_queries: Any) -> None:
    photo = Photo.objects.create()
    looks = [Look.objects.create(cover=photo), Look.objects.create(cover=photo), Look.objects.create()]
    found = list(Look.objects.order_by("pk"))

    with django_assert_num_queries(0):
        groups = [group_at(look, "cover") for look in found]

    assert groups == [str(photo.pk), str(photo.pk), f"pk:{looks[2].pk}"]
    assert count_in_database(Look.objects.all(), "cover") == 2


def test_foreign_key_to_another_field_groups_by_that() -> None:
    photo = StylePhoto.objects.create(style=Style.objects.create(code="OAK"))

    assert group_at(photo, "style") == "OAK"


@pytest.mark.parametrize(
    "path", ["", "title", "weight", "shown", "cover", "cover__file", "parent__title", "made__year"]
)
def test_empty_values_stand_alone_and_nought_is_a_value(path: str) -> None:
    first, second = Photo.objects.create(file="a.png"), Photo.objects.create(file="a.png")
    root = Look.objects.create(title="root", weight=0)
    for fields in ({}, {}, {"title": "x", "cover": first}, {"title": "x", "cover": second, "made": "2026-01-02"}):
        Look.objects.create(parent=root, **fields)
    Look.objects.create(made="2026-12-31", shown=False)

    assert count_shown(Look.objects.all(), path) == count_in_database(Look.objects.all(), path)


def test_annotation_groups(register_source: Callable[..., VisualSource]) -> None:
    source = register_source(
        Look,
        group_by="loud",
        get_pictures=lambda self, obj: [],
        get_queryset=lambda self: Look.objects.annotate(loud=Upper("title")),
    )
    for title in ("a", "A", "b", "", ""):
        Look.objects.create(title=title)

    assert sorted(source.get_group(look) for look in source.get_queryset())[:3] == ["A", "A", "B"]
    assert count_in_database(source.get_queryset(), "loud") == 4


class AnyFamily(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(strategies.lists(strategies.tuples(strategies.integers(0, 6), strategies.sampled_from(["", "a", "b"]))))
    def test_as_many_groups_are_counted_as_are_shown(self, drawn: list[tuple[int, str]]) -> None:
        looks: list[Look] = []
        for place, title in drawn:
            parent = looks[place] if place < len(looks) and looks[place].parent is None else None
            looks.append(Look.objects.create(title=title, parent=parent))

        for path in ("parent", "title", "parent__title"):
            assert count_shown(Look.objects.all(), path) == count_in_database(Look.objects.all(), path)
