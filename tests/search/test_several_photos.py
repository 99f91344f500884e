from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import ImageTooPlain, InvalidImage, InvalidQuery
from visualsearch.search import Box, PhotoQuery, Seen, Tier, find_at, find_each, find_similar
from visualsearch.search.photos import see_photo, see_several
from visualsearch.search.query import Photo
from visualsearch.sources import Picture

COLOURS = ("red", "blue", "green", "gold", "black", "pink", "teal", "brown")


def together(*photos: Photo, **fields: Any) -> PhotoQuery:
    return PhotoQuery(photo=photos, source=PRODUCTS, **fields)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def plain(colour: str = "white") -> bytes:
    Image.new("RGB", (96, 96), colour).save(buffer := BytesIO(), "PNG")
    return buffer.getvalue()


@pytest.mark.django_db
def test_two_photos_search_with_the_mean_of_what_each_shows() -> None:
    add_product(draw("red"))
    sync_now()

    seen = find_similar(together(draw("red"), draw("blue"))).seen

    assert seen is not None
    one, other = get_embedder().embed([opened(draw("red")), opened(draw("blue"))])
    mean = (one + other) / np.linalg.norm(one + other)
    np.testing.assert_allclose(seen.vector[0], mean, atol=1e-6)


@pytest.mark.django_db
def test_result_is_a_copy_where_any_of_the_photos_is_one() -> None:
    add_product(draw_mosaic(1), sku="copied")
    add_product(draw("red"), sku="red")
    sync_now()

    for photos in ([draw_mosaic(1), draw("red", "rectangle")], [draw("red", "rectangle"), draw_mosaic(1)]):
        answer = find_similar(together(*photos))

        tiers = {result.key: result.tier for result in answer}
        assert answer.results[0].key == "copied"
        assert (tiers["copied"], tiers["red"]) == (Tier.SAME_PICTURE, Tier.SIMILAR)


@pytest.mark.django_db
def test_search_with_several_photos_is_made_again_by_what_was_seen() -> None:
    for colour in COLOURS[:4]:
        add_product(draw(colour), sku=colour)
    sync_now()
    first = find_similar(together(draw("red"), draw("gold", "rectangle")))
    assert first.seen is not None

    again = find_similar(PhotoQuery(photo=Seen.read(first.seen.as_dict()), source=PRODUCTS))

    assert [(result.key, result.tier) for result in again] == [(result.key, result.tier) for result in first]


@pytest.mark.django_db
def test_pictures_of_the_shop_may_be_among_the_photos_and_are_seen_as_they_stand(learnt_regions: None) -> None:
    product = add_product(draw_mosaic(1))
    sync_now()
    picture = Picture(key="own", file=product.images.get().file)

    seen = find_similar(together(picture, draw_mosaic(2))).seen

    embedder = get_embedder()
    own, photo = embedder.embed([opened(draw_mosaic(1))])[0], see_photo(embedder, opened(draw_mosaic(2))).vector
    assert seen is not None
    np.testing.assert_allclose(seen.vector[0], (own + photo) / np.linalg.norm(own + photo), atol=1e-3)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [1, 2, 3])
def test_photo_that_cannot_be_read_is_named_by_its_place(place: int) -> None:
    photos: list[Photo] = [draw(), draw(), draw()]
    photos[place - 1] = b"no picture"

    with pytest.raises(InvalidImage, match=f"Photo {place} of 3: "):
        find_similar(together(*photos))


@pytest.mark.django_db
def test_photo_of_one_colour_is_refused_by_its_place_and_kind() -> None:
    with pytest.raises(ImageTooPlain, match="Photo 2 of 2: "):
        find_similar(together(draw(), plain()))


@pytest.mark.parametrize("count", [0, 1, 11])
def test_another_number_than_two_to_ten_is_refused(count: int) -> None:
    with pytest.raises(InvalidQuery, match=f"Expected 2 to 10 photos of one thing, got {count}"):
        find_similar(together(*[draw()] * count))


@pytest.mark.parametrize("fields", [{"box": Box(0, 0, 0.5, 0.5)}, {"suggest": True}])
def test_no_box_goes_with_several_photos(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery, match="Expected no box with several photos"):
        find_similar(together(draw(), draw(), **fields))


def test_regions_and_points_need_one_photo() -> None:
    for search in (lambda query: find_each(query, [None]), lambda query: find_at(query, (0.5, 0.5))):
        with pytest.raises(InvalidQuery, match="Expected one photo: "):
            search(together(draw(), draw()))


@given(st.lists(st.tuples(st.sampled_from(COLOURS), st.booleans()), min_size=1, max_size=8))
def test_each_photo_is_seen_as_alone_in_whatever_order_the_shop_s_own_stand(
    drawn: Sequence[tuple[str, bool]],
) -> None:
    embedder, photos = get_embedder(), [opened(draw(colour)) for colour, _ in drawn]

    vectors = see_several(embedder, photos, [own for _, own in drawn])

    def alone(photo: Image.Image, *, own: bool) -> Any:
        return embedder.embed([photo])[0] if own else see_photo(embedder, photo).vector

    expected = [alone(photo, own=own) for photo, (_, own) in zip(photos, drawn, strict=True)]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
