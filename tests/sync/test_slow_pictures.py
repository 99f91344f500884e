"""A picture that takes for ever to decode is one failed row, wherever the shop decodes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from catalog.feeds import import_feed, read_feed
from catalog.models import ProductImage
from catalog.tasks import make_missing_thumbnails
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from tests.hostile.bombs import slow
from visualsearch.images import door
from visualsearch.images.decoders import Allowance, DecoderPool
from visualsearch.models import Embedding, SyncRequest

pytestmark = pytest.mark.django_db
SLOW = slow().data


@pytest.fixture(autouse=True)
def _little_time(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    """Give each picture less time than the slow one takes; drafts do not help it much."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DECODE_SECONDS": 0.5}
    pool = DecoderPool(2, Allowance(seconds=0.5, data_bytes=1_500_000_000))
    monkeypatch.setattr(door, "get_pool", lambda: pool)
    yield
    pool.end()


def test_it_fails_alone_in_a_sync_and_is_tried_again_later() -> None:
    others = [add_product(draw_mosaic(number)) for number in range(4)]
    add_product(SLOW, sku="slow")
    others += [add_product(draw_mosaic(number)) for number in range(4, 8)]

    report = sync_now()

    assert (report.objects, report.embedded, report.failed) == (9, 8, 1)
    assert Embedding.objects.ready().count() == len(others)
    failed = Embedding.objects.get(state="failed")
    assert failed.error == "Expected a picture that is decoded within 0.5 seconds; this takes longer."
    assert [request.attempts for request in SyncRequest.objects.all()] == [1]


def test_it_has_no_thumbnails_and_others_have() -> None:
    add_product(SLOW, draw_mosaic(1))

    make_missing_thumbnails()

    assert [image.has_thumbnails for image in ProductImage.objects.order_by("pk")] == [False, True]
    assert not default_storage.exists(f"{ProductImage.objects.order_by('pk')[0].file.name}.320.webp")


def test_it_is_a_problem_of_its_row_in_a_feed(tmp_path: Path) -> None:
    (folder := tmp_path / "feed").mkdir()
    (folder / "slow.jpg").write_bytes(SLOW)
    (folder / "cup.png").write_bytes(draw_mosaic(1))

    report = import_feed(read_feed(folder))

    (problem,) = report.problems
    assert "slow.jpg is no picture that can be shown: Expected a picture that is decoded within" in problem.reason
    assert report.created == 1


def test_photos_like_it_take_their_own_request_the_time_and_no_other(client: Client) -> None:
    add_product(draw_mosaic(1))
    sync_now()
    slow_ones = [SimpleUploadedFile(f"{number}.jpg", SLOW + bytes([number])) for number in range(6)]

    sent = {"photos": slow_ones, "source": PRODUCTS}
    answers = client.post(reverse("visualsearch-api:batch"), sent).json()["answers"]

    assert [answer["problem"]["type"] for answer in answers][:2] == ["not-an-image"] * 2
    assert {answer["problem"]["type"] for answer in answers[3:]} == {"overloaded"}
    photo = SimpleUploadedFile("a.png", draw_mosaic(1))
    sent = {"photo": photo, "source": PRODUCTS}
    assert client.post(reverse("visualsearch-api:visual-search"), sent, REMOTE_ADDR="10.9.8.7").status_code == 200
