from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.models import Product
from tests.drawing import draw
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, found, sync_now
from visualsearch.indexes import Changes
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.models import Embedding, current_space
from visualsearch.opening import open_index
from visualsearch.sources import get_source
from visualsearch.sync import Proof, compact_where_needed, rebuild, verify
from visualsearch.vectors import pack

pytestmark = pytest.mark.django_db
COLOURS = ("red", "blue", "green", "black")


@pytest.fixture
def products() -> list[Product]:
    goods = [add_product(draw(colour)) for colour in COLOURS]
    sync_now()
    return goods


def proof(*, repair: bool = False) -> Proof:
    return verify(get_source(PRODUCTS), repair=repair)


def damage_index() -> None:
    """Let the index of this process say something else than the rows."""
    space = current_space(PRODUCTS)
    index = open_index(space)
    first, second, *_ = Embedding.objects.order_by("id")
    wrong = np.frombuffer(bytes(second.vector), dtype="<f2").reshape(1, -1)
    ids = np.array([first.pk], dtype=np.int64)
    index.repair(Changes(revision=0, ids=ids, vectors=wrong, removed=np.array([second.pk, 999])))


def test_shop_rows_and_index_in_step_are_equal(products: list[Product]) -> None:
    assert proof().equal
    assert (proof().objects, proof().vectors) == (4, 4)


def test_saved_object_that_no_worker_has_seen_waits(products: list[Product]) -> None:
    products[0].save()

    assert (proof().waiting, proof().equal) == (1, False)


def test_object_hidden_without_a_signal_differs_until_it_is_repaired(products: list[Product]) -> None:
    Product.objects.filter(pk=products[0].pk).update(is_active=False)
    assert proof().differing_objects == [str(products[0].pk)]

    proof(repair=True)
    sync_now()

    assert proof().equal


def test_failed_picture_is_no_difference() -> None:
    add_product(b"no picture")
    sync_now()

    assert proof().equal


def test_vector_changed_behind_the_journal_is_found_and_repaired(products: list[Product]) -> None:
    assert proof().equal
    row = Embedding.objects.first()
    assert row is not None
    other = np.zeros(current_space(PRODUCTS).dimensions, dtype=np.float32)
    other[0] = 1
    Embedding.objects.filter(pk=row.pk).update(vector=pack(other))

    assert proof().differing_blocks == [0]
    assert proof(repair=True).repaired

    assert proof().equal


def test_damaged_index_is_found_and_repaired(products: list[Product]) -> None:
    damage_index()
    assert proof().differing_blocks == [0]

    proof(repair=True)

    assert proof().equal
    for colour, product in zip(COLOURS, products, strict=True):
        assert found(draw(colour))[0] == product.sku


def test_damaged_snapshot_file_is_found_and_rebuilt(products: list[Product], settings: Any) -> None:
    rebuild(get_source(PRODUCTS))
    assert proof().equal
    (vectors,) = Path(settings.VISUALSEARCH["DIRECTORY"]).rglob("vectors.f16")
    content = bytearray(vectors.read_bytes())
    content[len(content) // 2] ^= 255
    vectors.write_bytes(content)

    assert not proof().equal
    proof(repair=True)

    assert proof().equal


def test_rebuilt_index_answers_the_same(products: list[Product]) -> None:
    before = found(draw("red"))

    assert rebuild(get_source(PRODUCTS))

    assert found(draw("red")) == before
    assert proof().equal


def test_index_is_compacted_when_it_has_a_reason(products: list[Product], settings: Any) -> None:
    assert compact_where_needed() == []
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "COMPACT_FROM": 2}

    assert compact_where_needed() == [f"{PRODUCTS}: 4 rows changed since the last snapshot."]

    assert compact_where_needed() == []
    assert proof().equal


def test_index_whose_disk_is_full_stops_no_other(
    products: list[Product], settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        add_poster(draw("red", size=96 + number))
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "COMPACT_FROM": 2}
    compact = FaissIndex.compact

    def be_full(self: FaissIndex) -> bool:
        if self.space.source == PRODUCTS:
            raise OSError("No space left on device")
        return compact(self)

    monkeypatch.setattr(FaissIndex, "compact", be_full)

    assert compact_where_needed() == [f"{POSTERS}: 3 rows changed since the last snapshot."]
    assert f"No snapshot of {PRODUCTS} could be written" in caplog.text
