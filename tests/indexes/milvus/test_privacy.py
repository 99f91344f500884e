from __future__ import annotations

import json

import numpy as np
import pytest

from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, current_space
from visualsearch.opening import index_of
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db


def test_nothing_of_the_shop_is_in_the_collection_but_ids_vectors_and_declared_fields(flow):
    for number in range(3):
        add_product(draw_mosaic(number), title=f"Secret lamp {number}", colour="teal", price=number, description="Mine")
    sync_now()
    space = current_space(PRODUCTS)
    engine = index_of(space)._engine
    collection = engine.answering()

    described = engine.connection.ask(lambda client, left: client.describe_collection(collection.name), 5.0)
    fields = {field["name"] for field in described["fields"]}
    rows = [row for page in collection.entities('id >= ""', sorted(fields)) for row in page]
    rows = [row for row in rows if row["id"].startswith(f"{flow}/")]

    declared = {one.path for one in get_source(PRODUCTS).attributes}
    assert declared == {"category__name", "colour", "price", "in_stock"}
    kept = {"number_price", "text_colour", "flag_in_stock", "text_category__name"}
    assert {name.rpartition("_")[0] for name in fields - {"id", "shop", "vector", "cursor"}} == kept
    cursors = [row for row in rows if row["cursor"]]
    assert [row["id"] for row in cursors] == [f"{flow}/cursor"]
    assert json.loads(cursors[0]["cursor"]).keys() == {"revision", "publisher", "attributes", "kind", "at"}
    assert not np.any(cursors[0]["vector"])
    ours = {f"{flow}/{row.pk:019d}" for row in Embedding.objects.of_space(space).ready()}
    assert {row["id"] for row in rows} == ours | {f"{flow}/cursor"}
    everything = json.dumps([{**row, "vector": None} for row in rows])
    assert "teal" in everything
    assert not any(word in everything for word in ("Secret", "Mine", "M0", ".png", "T1"))
