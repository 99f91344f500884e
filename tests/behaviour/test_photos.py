from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from PIL import Image

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.behaviour import photos as module
from visualsearch.behaviour.photos import AT_ONCE, Gathered
from visualsearch.embedders import get_embedder
from visualsearch.indexes.base import Space
from visualsearch.models import PhotoMean, count_photos
from visualsearch.models.photo_means import Mean
from visualsearch.vectors import Vectors

SPACE = Space(source="goods", fingerprint="f", dimensions=3)
COLOURS = ("red", "blue", "green", "gold", "black", "pink", "teal", "brown")


@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """A shop that adapts, in a process that has gathered nothing, where nobody has had a turn."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ADAPT_TO_PHOTOS": True}
    monkeypatch.setattr(module, "_gathered", Gathered(count_photos))
    cache.clear()
    add_product(draw("red"), sku="red")
    sync_now()
    yield
    cache.clear()


def photo(colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw(colour))


def search(client: Client, caller: int, colour: str = "red", **fields: Any) -> Any:
    sent = {"photo": photo(colour), "source": PRODUCTS, **fields}
    return client.post("/api/v1/visual-search/", sent, REMOTE_ADDR=f"203.0.113.{caller}")


def counted() -> int:
    """Return how many photos are in the database."""
    return sum(PhotoMean.objects.values_list("total", flat=True))


def test_eight_callers_photos_are_written_as_their_mean(shop: None, client: Client) -> None:
    for caller, colour in enumerate(COLOURS):
        assert counted() == 0
        search(client, caller, colour)

    row = PhotoMean.objects.get()
    vectors = get_embedder().embed([Image.open(BytesIO(draw(colour))) for colour in COLOURS])
    np.testing.assert_allclose(row.photos_mean, vectors.mean(axis=0), atol=1e-5)
    assert (row.source, row.fingerprint, row.total) == (PRODUCTS, get_embedder().fingerprint, 8)


def test_caller_counts_once_however_often_it_asks(shop: None, client: Client) -> None:
    for _ in range(3 * AT_ONCE):
        search(client, 1)
    for caller in range(2, AT_ONCE):
        search(client, caller)
    assert counted() == 0

    search(client, AT_ONCE)

    assert counted() == AT_ONCE


def test_photo_on_the_page_counts_when_it_is_sent_and_not_when_its_answer_is_read(shop: None, client: Client) -> None:
    for caller in range(AT_ONCE):
        address = {"REMOTE_ADDR": f"203.0.113.{caller}"}
        sent = client.post("/visual-search/", {"photo": photo()}, **address)
        cache.clear()
        client.get(sent["Location"], **address)

    assert counted() == AT_ONCE


def test_marked_parts_and_the_shop_s_own_pictures_do_not_count(shop: None, client: Client) -> None:
    for caller in range(AT_ONCE):
        search(client, caller, box="0.1,0.1,0.8,0.8")
        body = {"product": "red", "source": PRODUCTS}
        client.post("/api/v1/visual-search/", body, content_type="application/json", REMOTE_ADDR=f"198.51.100.{caller}")

    assert counted() == 0


def test_nothing_is_counted_where_the_setting_is_off(shop: None, client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ADAPT_TO_PHOTOS": False}

    for caller in range(AT_ONCE):
        search(client, caller)

    assert counted() == 0


def test_photos_that_cannot_be_written_are_written_with_the_next(
    shop: None, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(space: Space, total: Mean, count: int) -> bool:
        raise DatabaseError("full")

    gathered = Gathered(fail)
    monkeypatch.setattr(module, "_gathered", gathered)

    assert all(search(client, caller).status_code == 200 for caller in range(AT_ONCE))
    assert "8 photos are not counted yet: full" in caplog.text
    monkeypatch.setattr(gathered, "_write", count_photos)
    search(client, 99)

    assert counted() == AT_ONCE + 1


def test_cache_that_is_away_takes_no_answer_along(
    shop: None, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(caller: str) -> bool:
        raise ConnectionError("no cache")

    monkeypatch.setattr(module, "has_turn", fail)

    assert search(client, 1).status_code == 200
    assert "no cache" in caplog.text


def test_no_photo_of_several_threads_is_lost_or_counted_twice() -> None:
    written: list[tuple[Mean, int]] = []

    def write(space: Space, total: Mean, count: int) -> bool:
        # Every third time another process was faster.
        written.append((total, count))
        return len(written) % 3 != 0 or not written.pop()

    gathered = Gathered(write)
    vectors: list[Vectors] = [np.array([[1, number, 0]], np.float32) for number in range(200)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda vector: gathered.add(SPACE, vector), vectors))

    left = gathered._sums.get(SPACE, (np.zeros(3, np.float32), 0))
    total = sum((total for total, _ in written), left[0])
    assert sum(count for _, count in written) + left[1] == 200
    assert total.tolist() == [200, sum(range(200)), 0]
    assert all(count >= AT_ONCE for _, count in written)
