from __future__ import annotations

from typing import Any

import pytest

from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.goods import PRODUCTS, add_picture, add_product, found, sync_now
from tests.telemetry.conftest import Lines
from visualsearch.models import Embedding
from visualsearch.sync import request_sync

pytestmark = pytest.mark.django_db


def test_a_picture_is_followed_from_its_save_to_the_search_that_finds_it(lines: Lines) -> None:
    product = add_product(draw("red"))
    sync_now()
    add_product(draw("blue"))
    sync_now()
    found(draw("red"))

    mine = [line for line in lines.of("syncs") if line["object"] == str(product.pk)]
    (searched,) = lines.of("searches")
    assert [(line["source"], line["outcome"], line["pictures"], line["failed"]) for line in mine] == [
        (PRODUCTS, "done", 1, 0)
    ]
    assert mine[0]["revision"] < searched["revision"]
    assert mine[0]["object"] in searched["objects"].split(",")


def test_revision_is_that_of_the_objects_own_newest_row(lines: Lines) -> None:
    product = add_product(draw("red"))
    sync_now()
    add_product(draw("blue"))
    sync_now()
    request_sync(PRODUCTS, [product.pk])
    sync_now()

    first, _, again = lines.of("syncs")
    own = Embedding.objects.get(object_key=str(product.pk)).revision
    assert first["revision"] == again["revision"] == own


def test_removed_object_is_told_with_the_revision_of_its_removal(lines: Lines) -> None:
    product = add_product(draw("red"))
    sync_now()
    product.is_active = False
    product.save()
    sync_now()

    assert lines.of("syncs")[-1]["revision"] == Embedding.objects.get().revision == 2


def test_picture_that_cannot_be_read_is_told(lines: Lines) -> None:
    add_picture(add_product(draw("red")), b"no picture")
    sync_now()

    (line,) = lines.of("syncs")
    assert (line["outcome"], line["pictures"], line["failed"]) == ("failed", 2, 1)


def test_object_that_is_put_off_is_told_with_its_reason(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, product: Any) -> Any:
        raise ConnectionError("the storage is away")

    product = add_product(draw("red"))
    monkeypatch.setattr(ProductSource, "get_pictures", fail)
    sync_now()

    (line,) = lines.of("syncs")
    assert (line["object"], line["outcome"], line["revision"]) == (str(product.pk), "ConnectionError", None)


def test_objects_of_one_batch_share_its_id(lines: Lines) -> None:
    for colour in ("red", "blue"):
        add_product(draw(colour))
    sync_now()

    assert len({line["sync_id"] for line in lines.of("syncs")}) == 1
