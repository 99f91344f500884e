from __future__ import annotations

from typing import Any

import pytest

from tests.drawing import draw
from tests.gallery.models import Poster
from tests.goods import PRODUCTS, add_poster, add_product, sync_now
from visualsearch.embedders.engines import Choice, choose_engine
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.models import SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync import cancel_job, get_progress, get_status, request_sync, start_job

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, int, int, int]:
    progress = get_progress()
    return progress.wanted, progress.embedded, progress.failed, progress.waiting


def test_saved_pictures_wait_until_they_are_embedded() -> None:
    add_product(draw("red"), draw("blue"))
    assert counts() == (2, 0, 0, 2)

    sync_now()

    assert counts() == (2, 2, 0, 0)


def test_failed_pictures_do_not_wait() -> None:
    add_product(draw(), b"no picture")

    sync_now()

    assert counts() == (2, 1, 1, 0)


def test_hidden_pictures_are_not_wanted() -> None:
    add_product(draw(), is_active=False)

    assert counts() == (0, 0, 0, 0)


def test_pictures_that_no_signal_told_of_wait() -> None:
    name = add_poster().picture.name
    sync_now()
    Poster.objects.bulk_create([Poster(name="other", picture=name)])

    assert counts() == (2, 1, 0, 1)


def test_changed_object_waits() -> None:
    product = add_product(draw())
    sync_now()

    request_sync(PRODUCTS, [product.pk])

    assert counts() == (1, 0, 0, 1)


def test_object_whose_model_cannot_be_loaded_has_failed() -> None:
    add_product(draw())
    SyncRequest.objects.update(attempts=1, due="2100-01-01T00:00Z")

    assert counts() == (1, 0, 1, 0)


def test_index_has_reached_the_journal() -> None:
    add_product(draw("red"), draw("blue"))
    add_poster()
    sync_now()

    status = get_status()

    assert status.revision == status.index_revision == 3
    assert status.indexes[PRODUCTS].size == 2


def test_an_embedder_without_a_network_has_no_engine() -> None:
    assert get_status().engine is None


def test_the_engine_of_the_embedder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = Choice("torch", "the only one installed")
    monkeypatch.setattr(ThumbnailEmbedder, "engine", choice)

    status = get_status()

    assert status.engine == choice
    assert status.as_dict()["engine"] == {"name": "torch", "why": "the only one installed"}


def test_an_engine_that_is_not_installed_hides_no_number(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    add_product(draw("red"))
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ENGINE": "tpu"}
    monkeypatch.setattr(ThumbnailEmbedder, "engine", property(lambda self: choose_engine()))

    status = get_status()

    assert status.embedded == 1
    assert status.engine is not None
    assert status.engine.name == "none"
    assert "no engine 'tpu'" in status.engine.why


def test_reindex_jobs_are_told_until_they_are_over_and_the_last_one_after() -> None:
    source = get_source(PRODUCTS)
    old, last, running = (start_job(source, [1], by="seller") for _ in range(3))
    for job in (old, last):
        cancel_job(job)

    told = get_status().as_dict()["jobs"]

    assert [(job["id"], job["state"], job["done"], job["total"]) for job in told] == [
        (running.pk, "running", 0, 1),
        (last.pk, "cancelled", 0, 1),
    ]
