"""A reindex job of a real shop whose worker is killed and replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Shop, kill, wait_until
from tests.stock import write_catalogue

pytestmark = pytest.mark.slow
GOODS = 60
SECONDS = 90.0
START = """
from visualsearch.sources import get_source
from visualsearch.sync import start_job
start_job(get_source("catalog.product"))
"""


def done(shop: Shop) -> tuple[str, int]:
    state, count = shop.query("SELECT state, done FROM visualsearch_reindexjob")[0]
    return state, count


def test_job_goes_on_after_its_worker_was_killed(tmp_path: Path) -> None:
    quick = {"VISUALSEARCH_SWEEP_SECONDS": "1", "VISUALSEARCH_LEASE_SECONDS": "3"}
    slow = {"DJANGO_SETTINGS_MODULE": "tests.slow_reading"}
    with Shop(folder=tmp_path / "shop", environment=quick) as shop:
        shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
        shop.command("visualsearch_sync")
        shop.do(START)
        first = shop.start_worker(**slow)
        wait_until(lambda: 0 < done(shop)[1] < GOODS, SECONDS, "the job is under way")

        kill(first)
        _, before = done(shop)
        assert before < GOODS
        shop.start_worker()
        wait_until(lambda: done(shop)[0] == "done", SECONDS, "another worker has ended the job")

        assert done(shop) == ("done", GOODS)
        assert shop.manage("visualsearch_verify")["equal"]
