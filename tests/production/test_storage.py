"""Pictures in a storage that has no files of its own, as S3 has none."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage

from tests.drawing import draw
from tests.goods import add_product, found, sync_now
from visualsearch.sources import all_sources
from visualsearch.sync import verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_paths(settings: Any) -> None:
    pathless = {"BACKEND": "tests.production.pathless.PathlessStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": pathless}


def test_pictures_are_synced_searched_and_proved_without_a_path() -> None:
    product = add_product(draw("red", "ellipse"))
    with pytest.raises(NotImplementedError):
        default_storage.path("x")

    report = sync_now()

    assert (report.embedded, report.failed) == (1, 0)
    assert found(draw("red", "ellipse")) == [product.sku]
    assert all(verify(source).equal for source in all_sources())
