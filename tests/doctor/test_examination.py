from __future__ import annotations

import io

import pytest
from PIL import Image

from catalog.models import Category, Product
from tests.drawing import draw, draw_mosaic
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, sync_now
from tests.images.drawn import encoded
from tests.images.test_places import exif
from visualsearch.doctor import examine, strangers
from visualsearch.models import Finding, FindingKind
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db


def found(kind: FindingKind) -> list[tuple[str, str]]:
    """Return the objects of the findings of a kind, in pairs."""
    return list(Finding.objects.filter(kind=kind).values_list("object_key", "other_object_key"))


def examined() -> int:
    sync_now()
    return examine(get_source(PRODUCTS))


def keys(*products: Product) -> tuple[str, ...]:
    return tuple(str(product.pk) for product in products)


def as_jpeg(picture: bytes) -> bytes:
    """Return the same picture in another file."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def test_healthy_catalogue_has_no_finding() -> None:
    for number in range(3):
        add_product(draw_mosaic(number, size=300))

    assert examined() == 0


def test_one_file_on_several_products_is_found_once() -> None:
    picture = draw_mosaic(1, size=300)
    first, second, _ = add_product(picture), add_product(picture), add_product(picture)

    examined()

    assert found(FindingKind.SHARED) == [keys(first, second)]
    assert Finding.objects.get().words == "The same file on 3 objects."


def test_picture_that_was_saved_again_is_a_twin_once() -> None:
    picture = draw_mosaic(1, size=300)
    first, second = add_product(picture), add_product(as_jpeg(picture))
    add_product(draw_mosaic(2, size=300))

    examined()

    assert found(FindingKind.TWIN) == [keys(first, second)]
    assert found(FindingKind.SHARED) == []


def test_variants_of_one_thing_may_share_their_pictures() -> None:
    picture = draw_mosaic(1, size=300)
    add_product(picture, group="mug")
    add_product(picture, group="mug")
    add_product(as_jpeg(picture), group="mug")

    assert examined() == 0


def test_picture_unlike_the_others_of_its_product_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "FEWEST", 10)
    for number in range(6):
        add_product(*(draw_mosaic(number, size=size) for size in (300, 310, 320)))
    wrong = add_product(draw_mosaic(50, size=300), draw_mosaic(50, size=310), draw("red", size=300))

    examined()

    assert {key for key, _ in found(FindingKind.STRANGER)} == {str(wrong.pk)}
    assert Finding.objects.get(kind=FindingKind.STRANGER).picture_key == str(wrong.images.last().pk)


def test_picture_unlike_its_category_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "FEWEST", 10)
    monkeypatch.setattr(strangers, "CATEGORY_LEAST", 5)
    cups = Category.objects.create(name="Cups", slug="cups")
    for number in range(8):
        add_product(draw_mosaic(number, size=300))
        add_product(as_jpeg(draw_mosaic(100, size=300 + 10 * number)), category=cups, group="cup")
    wrong = add_product(draw("red", size=300), category=cups)

    examined()

    assert {key for key, _ in found(FindingKind.STRANGER)} == {str(wrong.pk)}
    assert "the nearest of its category" in Finding.objects.get(kind=FindingKind.STRANGER).words


def test_of_few_pictures_none_is_called_a_stranger() -> None:
    add_product(draw_mosaic(1, size=300), draw_mosaic(1, size=310), draw("red", size=300))

    examined()

    assert found(FindingKind.STRANGER) == []


def test_small_picture_is_found_by_its_pixels() -> None:
    product = add_product(draw_mosaic(1, size=150))

    examined()

    assert found(FindingKind.SMALL) == [(str(product.pk), "")]
    assert Finding.objects.get().words == "150 x 150 pixels."


def test_failed_picture_is_found_with_its_reason() -> None:
    product = add_product(b"no picture")

    examined()

    assert found(FindingKind.FAILED) == [(str(product.pk), "")]
    assert "Expected a picture" in Finding.objects.get().words


def test_hidden_products_are_left_alone() -> None:
    picture = draw_mosaic(1, size=300)
    add_product(picture)
    add_product(picture)
    sync_now()
    Product.objects.order_by("-pk").filter(pk=Product.objects.latest("pk").pk).update(is_active=False)

    assert examine(get_source(PRODUCTS)) == 0


def test_findings_are_replaced_by_those_of_the_next_examination() -> None:
    product = add_product(b"no picture")
    examined()
    product.delete()

    assert examined() == 0
    assert not Finding.objects.exists()


def test_picture_that_says_where_it_was_taken_is_found_and_a_clean_one_is_not() -> None:
    picture = Image.open(io.BytesIO(draw_mosaic(1, size=300))).convert("RGB")
    told = add_poster(encoded(picture, "JPEG", exif=exif()))
    add_poster(encoded(picture, "JPEG", exif=exif(place=False)))
    gone = add_poster(encoded(picture, "JPEG", exif=exif(), quality=50))
    gone.picture.storage.delete(gone.picture.name)

    examine(get_source(POSTERS))

    assert found(FindingKind.PLACE) == [(str(told.pk), "")]
