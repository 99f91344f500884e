from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.models import Product
from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.search.calibration.made import CURVE, UNITS
from visualsearch.exceptions import CannotCalibrate
from visualsearch.models import Calibration, ServingEmbedder, current_space
from visualsearch.search import PhotoQuery, find_similar
from visualsearch.search.calibration import get_calibrated, store
from visualsearch.search.evaluation import Query
from visualsearch.search.fitting import calibrate, is_due
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db
TINY = "tests.embedders.tiny.TinyEmbedder"


def fill(count: int, first: int = 0, **fields: object) -> list[Product]:
    """Save products with a mosaic each."""
    products = [add_product(draw_mosaic(number), **fields) for number in range(first, first + count)]
    sync_now()
    return products


def calibrate_now(photos: list[Query] | None = None, outsiders: list[Path] | None = None) -> int:
    """Calibrate the shop's products; returns how many searches it made."""
    return len(list(calibrate(get_source(PRODUCTS), photos or [], outsiders or [])))


def photos_of(folder: Path, numbers: range, right: list[str]) -> list[Query]:
    """Return photos that show the mosaics of these numbers, with the sku that is said to be right."""
    queries = []
    for number, sku in zip(numbers, right, strict=True):
        path = folder / f"{number}.png"
        path.write_bytes(draw_mosaic(number))
        queries.append(Query(name=path.name, photo=path, source=PRODUCTS, right=frozenset([sku]), right_by="key"))
    return queries


def test_units_of_the_shop_are_learnt_and_kept() -> None:
    fill(12)

    assert calibrate_now() == 12

    row = Calibration.objects.get()
    known = get_calibrated(current_space(PRODUCTS))
    assert (row.source, row.pictures) == (PRODUCTS, 12)
    assert known is not None
    assert known.units.as_dict() == row.parameters["units"]
    assert 0 < min(known.units.centre, known.units.copy) <= max(known.units.centre, known.units.copy) <= 1.001


def test_same_shop_gives_the_same_numbers() -> None:
    fill(8)
    calibrate_now()
    first = Calibration.objects.get().parameters

    calibrate_now()

    assert Calibration.objects.get().parameters == first


def test_shop_that_shows_few_results_can_be_calibrated(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "LIMIT": 3, "LIMIT_MOST": 3}
    fill(8)

    assert calibrate_now() == 8
    assert Calibration.objects.exists()


def test_calibration_changes_no_ranking() -> None:
    fill(8)
    before = found(draw_mosaic(3))

    calibrate_now()

    assert found(draw_mosaic(3)) == before


def test_hidden_product_is_never_part_of_it() -> None:
    fill(8)
    calibrate_now()
    without = Calibration.objects.get().parameters
    # The same pictures once more: whoever saw them would take each for the nearest other product.
    hidden = fill(8)
    Product.objects.filter(pk__in=[product.pk for product in hidden]).update(is_active=False)

    assert calibrate_now() == 8

    assert Calibration.objects.get().parameters == without


def test_variants_of_one_group_are_no_other_product() -> None:
    fill(6)
    calibrate_now()
    alone = Calibration.objects.get().parameters["units"]["centre"]
    Product.objects.update(group="")
    for number in range(6):
        Product.objects.filter(sku=f"V{number}").delete()
        first = Product.objects.order_by("pk")[number]
        Product.objects.filter(pk=first.pk).update(group=f"g{number}")
        add_product(draw_mosaic(number, size=97), sku=f"V{number}", group=f"g{number}")
    sync_now()

    calibrate_now()

    assert Calibration.objects.get().parameters["units"]["centre"] == pytest.approx(alone, abs=0.05)


def test_shop_of_one_product_cannot_be_calibrated() -> None:
    fill(1)

    with pytest.raises(CannotCalibrate, match="more than one product"):
        calibrate_now()
    assert not Calibration.objects.exists()


def test_picture_that_cannot_be_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    broken = fill(6)[0].images.get().file
    broken.storage.delete(broken.name)

    calibrate_now()

    assert Calibration.objects.exists()
    assert "left out of the calibration" in caplog.text


def test_photos_with_known_answers_fit_a_curve_for_an_embedder_that_came_without(
    tmp_path: Path, uncalibrated: None
) -> None:
    skus = [product.sku for product in fill(10)]
    query = PhotoQuery(photo=draw_mosaic(2), source=PRODUCTS)
    assert find_similar(query).results[0].probability is None

    calibrate_now(photos_of(tmp_path, range(10), [*skus[:7], "X", "Y", "Z"]))

    answer = find_similar(query)
    assert answer.calibrated
    assert Calibration.objects.get().parameters["curve"]["fall"] > 0


def test_photos_of_strangers_are_less_probable_afterwards(tmp_path: Path) -> None:
    skus = [product.sku for product in fill(10)]
    photos = photos_of(tmp_path, range(10), [*skus[:8], "X", "Y"])
    strangers = []
    for number, colour in enumerate(("red", "green", "blue", "black")):
        strangers.append(tmp_path / f"stranger{number}.png")
        strangers[-1].write_bytes(draw(colour))

    calibrate_now(photos, strangers)

    own, foreign = (
        find_similar(PhotoQuery(photo=photo, source=PRODUCTS)).results[0].probability
        for photo in (draw_mosaic(3), draw("purple"))
    )
    assert own is not None
    assert foreign is not None
    assert foreign < own


def test_photos_that_are_all_right_are_too_few_to_learn_from(tmp_path: Path) -> None:
    skus = [product.sku for product in fill(4)]

    with pytest.raises(CannotCalibrate, match="right and wrong"):
        calibrate_now(photos_of(tmp_path, range(4), skus))


def test_embedder_that_took_over_meanwhile_keeps_its_own_calibration() -> None:
    fill(4)
    steps = calibrate(get_source(PRODUCTS))
    next(steps)
    space = current_space(PRODUCTS)
    ServingEmbedder.objects.update_or_create(pk=1, defaults={"serving": TINY, "wanted": TINY, "setting": TINY})
    assert current_space(PRODUCTS) != space

    list(steps)

    assert not Calibration.objects.exists()


def test_small_shop_needs_none() -> None:
    fill(5)

    assert not is_due(get_source(PRODUCTS))


def test_shop_needs_one_first_and_again_when_it_has_grown_by_more_than_a_quarter() -> None:
    fill(20)
    assert is_due(get_source(PRODUCTS))
    store(current_space(PRODUCTS), UNITS, CURVE)
    assert not is_due(get_source(PRODUCTS))

    fill(5, first=20)
    assert not is_due(get_source(PRODUCTS))
    fill(1, first=25)
    assert is_due(get_source(PRODUCTS))
