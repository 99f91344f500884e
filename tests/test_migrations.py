"""What an upgrade does to a shop that has goods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

APP = "visualsearch"


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name)])
    return executor.loader.project_state([(APP, name)]).apps


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    last = max(name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes(APP) if app == APP)
    yield migrate("0008_unmet_searches")
    migrate(last)


@pytest.mark.parametrize(
    ("setting", "serving"), [("exact", "exact"), ("faiss", "faiss"), ("pgvector", "faiss"), ("milvus", "faiss")]
)
def test_shop_with_goods_goes_on_with_an_index_that_needs_no_filling(
    before: Any, settings: Any, setting: str, serving: str
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": setting}
    before.get_model(APP, "Embedding").objects.create(
        source="catalog.product", object_key="1", picture_key="1", picture_name="a.png", state="failed", revision=1
    )

    after = migrate("0009_shared_indexes")

    row = after.get_model(APP, "ServingIndex").objects.get()
    assert (row.serving, row.wanted, row.setting) == (serving, serving, serving)


def test_calibrations_in_units_of_before_are_forgotten(before: Any) -> None:
    calibrations = migrate("0010_shared_snapshots").get_model(APP, "Calibration").objects
    calibrations.create(source="catalog.product", fingerprint="thumbnail-1-408", parameters={}, pictures=9, revision=1)

    assert not migrate("0011_forget_calibrations").get_model(APP, "Calibration").objects.exists()


def test_empty_shop_begins_with_the_index_of_its_setting(before: Any) -> None:
    assert not migrate("0009_shared_indexes").get_model(APP, "ServingIndex").objects.exists()
