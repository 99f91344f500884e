from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from PIL import Image

from catalog.models import Category, Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw, draw_mosaic
from tests.gallery.models import Poster
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, found, sync_now
from visualsearch.embedders import Embedder
from visualsearch.embedders.base import Look
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.exceptions import InvalidImage, InvalidQuery, UnknownSource
from visualsearch.search import Box, PhotoQuery, Tier, find_at, find_each, find_similar
from visualsearch.sources import Picture

pytestmark = pytest.mark.django_db

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "black", "grey", "brown", "pink")


def test_result_tells_object_score_and_best_picture() -> None:
    product = add_product(draw("red"), draw("blue"), title="Two cups", group="cups")
    sync_now()

    (result,) = find_similar(PhotoQuery(photo=draw("blue"), source=PRODUCTS))

    assert result.object == product
    assert (result.key, result.title, result.group) == (product.sku, "Two cups", "cups")
    assert result.url == product.get_absolute_url()
    assert result.picture.name == product.images.last().file.name
    assert result.score == pytest.approx(1, abs=0.002)


def test_hidden_product_is_gone_from_the_very_next_answer() -> None:
    product = add_product(draw())
    sync_now()
    assert found(draw()) == [product.sku]

    Product.objects.update(is_active=False)

    assert found(draw()) == []


def test_deleted_product_is_gone_from_the_very_next_answer() -> None:
    product = add_product(draw())
    sync_now()
    assert found(draw()) == [product.sku]

    product.delete()

    assert found(draw()) == []


def test_picture_that_the_object_no_longer_has_is_not_matched() -> None:
    poster = add_poster(draw("red"))
    sync_now()

    poster.picture = ContentFile(draw("blue"), name="poster.png")
    poster.save()

    assert found(draw("red"), POSTERS) == []


def test_one_result_a_group_is_the_variant_that_matches_best() -> None:
    red = add_product(draw("red"), group="cup")
    blue = add_product(draw("blue"), group="cup")
    alone = add_product(draw("green"))
    sync_now()

    assert set(found(draw("red"))) == {red.sku, alone.sku}
    assert found(draw("blue"))[0] == blue.sku


def test_limit_counts_groups_and_not_pictures() -> None:
    for number in range(12):
        add_product(*[draw("red", size=96 + number * 5 + picture) for picture in range(5)], group="cups")
    others = [add_product(draw(colour)).sku for colour in ("blue", "green")]
    sync_now()

    assert set(others) < set(found(draw("red"), limit=3))


def test_queryset_narrows_the_answer() -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    cup = add_product(draw("red"), category=cups)
    add_product(draw("red", size=100))
    sync_now()

    assert found(draw("red"), within=cups.products.all()) == [cup.sku]
    assert found(draw("red"), filters={"category__slug": "cups"}) == [cup.sku]


def test_queryset_may_be_sliced_ordered_excluded_or_united() -> None:
    red, blue, green = (add_product(draw(colour)) for colour in ("red", "blue", "green"))
    sync_now()
    every = Product.objects.order_by("pk")
    two = Product.objects.order_by().filter(pk=red.pk).union(Product.objects.order_by().filter(pk=green.pk))

    assert set(found(draw("red"), within=every[:2])) == {red.sku, blue.sku}
    assert set(found(draw("red"), within=every.exclude(pk=red.pk))) == {blue.sku, green.sku}
    assert found(draw("red"), within=every[:2], filters={"sku": blue.sku}) == [blue.sku]
    assert set(found(draw("red"), within=two)) == {red.sku, green.sku}


def test_filter_that_allows_nothing_gives_an_empty_answer() -> None:
    add_product(draw())
    sync_now()

    assert found(draw(), within=Product.objects.none()) == []


def test_queryset_never_widens_what_the_source_shows() -> None:
    add_product(draw(), is_active=False)
    sync_now()

    assert found(draw(), within=Product.objects.all()) == []


def test_filter_returns_all_allowed_however_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 1)
    for number in range(30):
        add_product(draw("red", size=96 + number))
    allowed = [add_product(draw(colour), in_stock=False).sku for colour in ("blue", "green", "black")]
    sync_now()

    assert set(found(draw("red"), filters={"in_stock": False}, limit=3)) == set(allowed)


def test_rows_found_but_not_looked_at_are_not_lost_when_the_filter_is_turned_into_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 1)
    for number in range(24):
        add_product(draw("red", size=96 + number))
    last = add_product(draw("blue"), in_stock=False)
    sync_now()

    assert found(draw("red"), filters={"in_stock": False}, limit=3) == [last.sku]


def test_few_and_many_allowed_are_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    for colour in COLOURS:
        add_product(draw(colour), in_stock=colour < "k")
    sync_now()
    few = found(draw("red"), filters={"in_stock": True})

    monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 0)

    assert found(draw("red"), filters={"in_stock": True}) == few


def test_lowest_score_cuts_the_answer() -> None:
    product = add_product(draw("red"))
    add_product(draw("blue", "rectangle"))
    sync_now()

    assert found(draw("red"), min_score=0.99) == [product.sku]


def test_result_is_as_probable_and_of_the_same_tier_however_many_are_asked_for() -> None:
    for colour in COLOURS:
        add_product(draw(colour))
    sync_now()

    (one,) = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS, limit=1))
    many = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS, limit=20)).results
    near = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS, min_score=0.99)).results

    assert one.probability is not None
    assert (one.probability, one.tier) == (many[0].probability, many[0].tier) == (near[0].probability, near[0].tier)
    assert one.tier is Tier.SAME_PICTURE


def test_nothing_close_enough_is_said_and_the_nearest_are_given(settings: Any) -> None:
    for colour in COLOURS:
        add_product(draw(colour))
    sync_now()

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}
    far = find_similar(PhotoQuery(photo=draw("red", "rectangle"), source=PRODUCTS))
    own = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS))

    assert (far.no_match, own.no_match) == (True, False)
    assert len(far) == len(own) == len(COLOURS)


def test_search_without_calibration_never_refuses(uncalibrated: None, settings: Any) -> None:
    add_product(draw("red"))
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}

    answer = find_similar(PhotoQuery(photo=draw("blue", "rectangle"), source=PRODUCTS))

    assert not answer.no_match
    assert not answer.calibrated


def test_box_searches_with_a_region_of_the_photo() -> None:
    red = add_product(draw("red"))
    add_product(draw("blue"))
    sync_now()
    photo = Image.new("RGB", (192, 96))
    photo.paste(Image.open(BytesIO(draw("blue"))), (0, 0))
    photo.paste(Image.open(BytesIO(draw("red"))), (96, 0))

    answer = find_similar(PhotoQuery(photo=photo, box=Box(0.5, 0, 0.5, 1), source=PRODUCTS))

    assert answer.results[0].object == red


def test_photo_may_be_bytes_a_path_a_file_or_a_picture_of_the_shop(tmp_path: Path) -> None:
    poster = add_poster(draw("red"))
    sync_now()
    path = tmp_path / "photo.png"
    path.write_bytes(draw("red"))

    picture = Picture(key="picture", file=Poster.objects.get().picture)
    for photo in (draw("red"), path, BytesIO(draw("red")), picture):
        assert found(photo, POSTERS) == [str(poster.pk)]  # type: ignore[arg-type]


def test_one_source_never_answers_for_another() -> None:
    add_poster(draw("red"))
    product = add_product(draw("blue"))
    sync_now()

    assert found(draw("red")) == [product.sku]


def test_empty_shop_gives_an_empty_answer() -> None:
    assert found(draw()) == []
    assert found(draw(), within=Product.objects.all(), limit=100) == []


def test_limit_above_what_is_there_gives_all_that_is_there() -> None:
    skus = {add_product(draw(colour)).sku for colour in ("red", "blue")}
    sync_now()

    assert set(found(draw("red"), limit=100)) == skus


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_limit_outside_the_range_is_refused(limit: int) -> None:
    with pytest.raises(InvalidQuery, match=f"Expected a limit from 1 to 100, got {limit}"):
        found(draw(), limit=limit)


def test_queryset_of_another_model_is_refused() -> None:
    with pytest.raises(InvalidQuery, match=r"Expected a queryset of catalog.Product, got one of gallery.Poster"):
        found(draw(), within=Poster.objects.all())


@pytest.mark.parametrize("filters", [{"smell": "roses"}, {"price": "cheap"}, {"category__nothing": 1}])
def test_filter_that_does_not_fit_the_model_is_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery, match=r"do not fit the shop's objects"):
        found(draw(), filters=filters)


def test_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownSource, match=r"catalog.product, gallery.poster"):
        found(draw(), "shoes")


def test_photo_that_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidImage):
        found(b"no picture")


def test_object_whose_pictures_cannot_be_told_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = add_product(draw("red")), add_product(draw("blue"))
    sync_now()
    get_pictures = ProductSource.get_pictures
    monkeypatch.setattr(
        ProductSource, "get_pictures", lambda self, obj: 1 / 0 if obj.pk == bad.pk else get_pictures(self, obj)
    )

    assert found(draw("red")) == [good.sku]


def test_hooks_are_asked_once_an_object_however_many_pictures_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    many = add_product(*(draw("red", size=64 + number) for number in range(40)))
    for number in range(6):
        add_product(draw_mosaic(number))
    sync_now()
    asked: Counter[tuple[str, int]] = Counter()
    for hook in ("get_pictures", "get_title", "get_url", "get_group", "get_key"):
        _count(monkeypatch, hook, asked)

    assert found(draw("red"), limit=7)[0] == many.sku
    assert set(asked.values()) == {1}


def _count(monkeypatch: pytest.MonkeyPatch, hook: str, asked: Counter[tuple[str, int]]) -> None:
    call = getattr(ProductSource, hook)

    def counted(self: ProductSource, obj: Product) -> Any:
        asked[hook, obj.pk] += 1
        return call(self, obj)

    monkeypatch.setattr(ProductSource, hook, counted)


def test_regions_of_one_photo_are_answered_one_by_one() -> None:
    left, right = add_product(draw("red")), add_product(draw("blue"))
    sync_now()
    photo = Image.new("RGB", (400, 200))
    photo.paste(Image.open(BytesIO(draw("red"))).resize((200, 200)))
    photo.paste(Image.open(BytesIO(draw("blue"))).resize((200, 200)), (200, 0))

    halves = [Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1)]
    answers = find_each(PhotoQuery(photo=photo, source=PRODUCTS), halves)

    assert [answer.results[0].object for answer in answers] == [left, right]
    for box, answer in zip(halves, answers, strict=True):
        alone = find_similar(PhotoQuery(photo=photo, source=PRODUCTS, box=box))
        assert [(one.key, one.score) for one in alone] == [(one.key, one.score) for one in answer]


def test_the_whole_photo_gets_boxes_and_a_region_none(tiny_looks: None) -> None:
    add_product(draw())
    sync_now()

    whole, region = find_each(PhotoQuery(photo=draw(), source=PRODUCTS), [None, Box(0, 0, 0.5, 0.5)])

    assert whole.boxes[0].x >= 0.4
    assert region.boxes == ()


def red_beside_blue() -> Image.Image:
    photo = Image.new("RGB", (200, 200), "blue")
    photo.paste("red", (110, 0, 200, 200))
    return photo


def test_a_photo_finds_its_subject_sooner_than_its_surroundings(learnt_regions: None) -> None:
    surroundings, thing = add_product(draw("blue")), add_product(draw("red"))
    sync_now()
    photo = red_beside_blue()

    results = find_similar(PhotoQuery(photo=photo, source=PRODUCTS))
    whole = find_similar(PhotoQuery(photo=photo, source=PRODUCTS, box=Box(0, 0, 1, 1)))

    assert [result.object for result in results] == [thing, surroundings]
    assert [result.object for result in whole] == [surroundings, thing]


def test_a_picture_of_the_shop_finds_itself_whatever_stands_out_in_it(learnt_regions: None) -> None:
    product = add_product(draw_mosaic(1))
    sync_now()
    picture = product.images.get()

    answer = find_similar(PhotoQuery(photo=Picture(key=str(picture.pk), file=picture.file), source=PRODUCTS))

    assert answer.results[0].score == pytest.approx(1, abs=1e-3)
    assert answer.boxes


def test_an_image_of_the_shop_s_own_is_searched_with_as_it_stands(learnt_regions: None) -> None:
    add_product(draw_mosaic(1))
    sync_now()
    image = Image.open(BytesIO(draw_mosaic(1)))

    own, stranger = (find_similar(PhotoQuery(photo=image, is_own=is_own, source=PRODUCTS)) for is_own in (True, False))

    assert own.results[0].score == pytest.approx(1, abs=1e-3)
    assert stranger.results[0].score < own.results[0].score


def test_a_region_comes_with_the_boxes_of_the_whole_photo_if_asked(learnt_regions: None, embedded: list[int]) -> None:
    surroundings, thing = add_product(draw("blue")), add_product(draw("red"))
    sync_now()
    embedded.clear()
    query = PhotoQuery(photo=red_beside_blue(), box=Box(0.5, 0.2, 0.4, 0.4), source=PRODUCTS)

    answer = find_similar(replace(query, suggest=True))

    # One pass of both, and none for the subject of the whole photo, which is not searched with.
    assert embedded == [2]
    assert [result.object for result in answer] == [thing, surroundings]
    assert answer.boxes == (Box(0.5, 0, 0.5, 1),)
    alone = find_similar(query)
    assert [one.score for one in alone] == [one.score for one in answer]
    assert alone.boxes == ()


def test_a_point_takes_a_pass_for_the_boxes_and_one_for_the_thing(learnt_regions: None, embedded: list[int]) -> None:
    surroundings, thing = add_product(draw("blue")), add_product(draw("red"))
    sync_now()
    embedded.clear()

    box, answer = find_at(PhotoQuery(photo=red_beside_blue(), source=PRODUCTS), (0.7, 0.5))

    assert embedded == [1, 1]
    assert box == Box(0.5, 0, 0.5, 1)
    assert [result.object for result in answer] == [thing, surroundings]
    assert answer.boxes == (box,)


def test_a_point_of_what_was_seen_before_is_refused() -> None:
    add_product(draw("red"))
    sync_now()
    seen = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS)).seen
    assert seen is not None

    with pytest.raises(InvalidQuery, match="Expected the photo itself"):
        find_at(PhotoQuery(photo=seen, source=PRODUCTS), (0.5, 0.5))


def test_a_region_in_one_colour_is_refused_with_and_without_the_boxes(learnt_regions: None) -> None:
    photo = Image.open(BytesIO(draw_mosaic(1))).convert("RGB").resize((200, 200))
    photo.paste("white", (0, 0, 100, 100))
    query = PhotoQuery(photo=photo, box=Box(0, 0, 0.5, 0.5), source=PRODUCTS)

    for suggest in (True, False):
        with pytest.raises(InvalidImage):
            find_similar(replace(query, suggest=suggest))


@pytest.mark.parametrize("count", [0, 11])
def test_more_regions_than_ten_or_none_are_refused(count: int) -> None:
    with pytest.raises(InvalidQuery, match=f"Expected 1 to 10 regions of a photo, got {count}"):
        find_each(PhotoQuery(photo=draw(), source=PRODUCTS), [None] * count)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many images each pass embeds."""
    passes: list[int] = []
    embed = ThumbnailEmbedder.embed

    def count(self: ThumbnailEmbedder, images: Sequence[Image.Image]) -> Any:
        passes.append(len(images))
        return embed(self, images)

    monkeypatch.setattr(ThumbnailEmbedder, "embed", count)
    return passes


@pytest.fixture
def tiny_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the embedder of the tests say that the right half of every photo stands out."""

    def look(self: Embedder, images: Sequence[Image.Image]) -> list[Look]:
        half = np.array([[0.1, 0.1, 0.9, 0.9]] * 4, np.float32)
        return [Look(vector, activation=half) for vector in self.embed(images)]

    monkeypatch.setattr(Embedder, "look", look)
