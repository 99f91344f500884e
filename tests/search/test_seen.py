from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.exceptions import InvalidQuery, SearchForgotten
from visualsearch.search import Box, PhotoQuery, Seen, Tier, find_each, find_similar
from visualsearch.vectors import normalise

pytestmark = pytest.mark.django_db


def seen_of(photo: bytes) -> Seen:
    seen = find_similar(PhotoQuery(photo=photo, source=PRODUCTS)).seen
    assert seen
    return seen


def query(seen: Seen, **fields: Any) -> PhotoQuery:
    return PhotoQuery(photo=seen, source=PRODUCTS, **fields)


def test_search_is_made_again_without_the_photo() -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour), sku=colour)
    sync_now()
    first = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS))
    assert first.seen

    again = find_similar(query(Seen.read(first.seen.as_dict())))

    assert [result.key for result in again] == [result.key for result in first]
    assert [result.tier for result in again] == [result.tier for result in first]
    assert again.results[0].tier is Tier.SAME_PICTURE
    assert [result.score for result in again] == pytest.approx([result.score for result in first], abs=0.003)


def test_other_filters_apply_to_what_was_seen() -> None:
    add_product(draw("red"), sku="red")
    add_product(draw("blue"), sku="blue")
    sync_now()

    (result,) = find_similar(query(seen_of(draw("red")), filters={"sku": "blue"}))

    assert result.key == "blue"


@pytest.mark.parametrize("dimensions", [256, 2048])
def test_one_byte_a_dimension_is_as_near_as_the_vector_itself(dimensions: int) -> None:
    vector = normalise(np.random.default_rng(1).normal(size=(1, dimensions)).astype(np.float32))

    read = Seen.read(Seen(fingerprint="f", vector=vector).as_dict())

    assert float((vector @ read.vector.T)[0, 0]) > 0.9999


def test_what_another_embedder_has_seen_is_forgotten() -> None:
    with pytest.raises(SearchForgotten, match="send it again"):
        find_similar(query(replace(seen_of(draw()), fingerprint="another")))


@pytest.mark.parametrize("values", [{}, {"vector": "!"}, {"fingerprint": "f", "vector": "AAAA", "copies": []}])
def test_what_is_no_remembered_search_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SearchForgotten, match="Expected a remembered search"):
        Seen.read(values)


def test_a_region_needs_the_photo_itself() -> None:
    seen = seen_of(draw())

    with pytest.raises(InvalidQuery, match="one region alone"):
        find_each(query(seen), [None])
    with pytest.raises(InvalidQuery, match="one region alone"):
        find_similar(query(seen, box=Box(0, 0, 0.5, 0.5)))
