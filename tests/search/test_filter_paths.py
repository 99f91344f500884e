"""Filters over relations to many and over annotations: what page and API say of them is what choosing them leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F, QuerySet
from django.db.models.functions import Upper
from django.test import Client
from django.urls import reverse

from tests.drawing import draw, draw_mosaic
from tests.gallery.models import Look, Photo
from tests.goods import PRODUCTS, add_product, found, sync_now
from visualsearch import ChoiceFilter, FlagFilter, Picture, RangeFilter, VisualSource
from visualsearch.search.narrowing import Narrowing

pytestmark = pytest.mark.django_db

FILTERS = (
    ChoiceFilter("kind", "Kind", "kind"),
    ChoiceFilter("photo", "Photo", "photos__pk"),
    ChoiceFilter("shot", "Shot", "photos"),
    ChoiceFilter("cover", "Cover", "cover"),
    ChoiceFilter("loud", "Loud", "loud"),
    ChoiceFilter("sort", "Sort", "sort"),
    ChoiceFilter("year", "Year", "made__year"),
    RangeFilter("weight", "Weight", "children__weight"),
    RangeFilter("double", "Double", "double"),
    FlagFilter("shown", "Shown", "children__shown"),
)


def get_queryset(self: Any) -> QuerySet[Look]:
    looks = Look.objects.annotate(loud=Upper("title"), double=2 * F("weight"), sort=F("kind"))
    return looks.prefetch_related("photos", "children")


def get_pictures(self: Any, look: Look) -> list[Picture]:
    return [Picture(key="cover", file=look.cover.file)] if look.cover else []


@pytest.fixture
def source(register_source: Callable[..., VisualSource]) -> VisualSource:
    source = register_source(
        Look,
        filters=FILTERS,
        group_by="parent",
        key_field="title",
        get_queryset=get_queryset,
        get_pictures=get_pictures,
        follows={Look: "parent"},
    )
    photos = [Photo.objects.create(file=f"shared-{number}.png") for number in range(3)]
    for number in range(4):
        cover = Photo()
        cover.file.save("cover.png", ContentFile(draw_mosaic(number)))
        kind, made = ("day", "eve")[number % 2], f"{2020 + number}-01-01"
        look = Look.objects.create(title=f"look {number}", kind=kind, cover=cover, weight=number, made=made)
        look.photos.add(*photos[: number + 1])
        for weight in range(number):
            fields = {"title": f"child {number} {weight}", "weight": 10 * (weight + 1), "shown": not weight}
            Look.objects.create(parent=look, **fields)
    sync_now()
    return source


def search(client: Client, **filters: str) -> Any:
    fields = {"photo": photo(), "source": "gallery.look", "filters": json.dumps(filters)}
    response = client.post(reverse("visualsearch-api:visual-search"), fields)
    assert response.status_code == 200, response.content
    return response.json()


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw("red"))


def test_declared_filters_fit(source: VisualSource) -> None:
    assert source.check() == []


def test_every_facet_counts_what_choosing_it_leaves(client: Client, source: VisualSource) -> None:
    facets = {facet["name"]: facet for facet in search(client)["facets"]}

    assert set(facets) == {part.name for part in FILTERS}
    for facet in facets.values():
        for value in facet["values"]:
            left = search(client, **value["filters"])["results"]
            # Children have no pictures of their own: a group is found by its parent alone.
            pks = {Look.objects.get(title=one["product"]["key"]).pk for one in left}
            objects = source.get_queryset().filter(**_keywords(source, value["filters"]))
            groups = {look.parent_id or look.pk for look in objects}
            assert value["count"] == len(groups), (facet["name"], value)
            assert pks == {look.pk for look in objects if look.cover_id}


def test_choices_show_what_people_read(client: Client, source: VisualSource) -> None:
    labels = {
        facet["name"]: {value["label"]: value["filters"] for value in facet["values"]}
        for facet in search(client)["facets"]
    }

    assert labels["kind"] == {"For the day": {"kind": "day"}, "For the evening": {"kind": "eve"}}
    assert set(labels["sort"]) == {"For the day", "For the evening"}
    shot = Photo.objects.get(file="shared-0.png")
    assert labels["shot"]["shared-0.png"] == {"shot": str(shot.pk)}
    assert "LOOK 0" in labels["loud"]


def test_chips_of_the_page_show_labels_and_lead_to_values(client: Client, source: VisualSource) -> None:
    page = reverse("visualsearch:page")
    sent = client.post(page, {"photo": photo(), "source": source.name})
    filters = {one["name"]: one["chips"] for one in client.get(sent["Location"]).context["shown"].filters}

    (day,) = [chip for chip in filters["kind"] if chip["label"] == "For the day"]
    assert "kind=day" in day["url"]
    response = client.get(page + day["url"])
    titles = [one.result.title for section in response.context["shown"].sections for one in section.results]
    assert sorted(titles) == ["look 0", "look 2"]
    (chosen,) = [chip for chip in response.context["shown"].filters[0]["chips"] if chip["is_on"]]
    assert chosen["label"] == "For the day"


def test_filter_by_an_annotation_holds_within_a_queryset_too(source: VisualSource) -> None:
    some = Look.objects.filter(kind="eve")

    assert found(draw("red"), source.name, within=some, filters={"double__gte": 4}) == ["look 3"]
    assert found(draw("red"), source.name, within=some[:1], filters={"double__gte": 2}) == ["look 1"]


@pytest.mark.parametrize(
    ("filters", "status"),
    [({"weight_from": "heavy"}, 400), ({"photo": "x"}, 400), ({"year": "soon"}, 400), ({"nothing": "1"}, 400)],
)
def test_wrong_filter_is_answered_without_the_names_of_fields(
    client: Client, source: VisualSource, filters: dict[str, str], status: int
) -> None:
    fields = {"photo": photo(), "source": source.name, "filters": json.dumps(filters)}
    response = client.post(reverse("visualsearch-api:visual-search"), fields)

    assert response.status_code == status
    text = response.content.decode()
    assert not any(name in text for name in ("photos__pk", "made__year", "children", "cover", "Cannot resolve", "pk"))


def test_keywords_that_do_not_fit_are_answered_without_the_names_of_fields() -> None:
    add_product(draw("red"))
    sync_now()

    with pytest.raises(Exception, match="do not fit the shop's objects") as caught:
        found(draw("red"), PRODUCTS, filters={"smell": "roses"})
    assert "is_active" not in str(caught.value)


def _keywords(source: VisualSource, values: dict[str, str]) -> dict[str, Any]:
    return Narrowing(source, values).keywords()
