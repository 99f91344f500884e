"""The figures of two processes of a server and of a worker, which any of them tells together."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
import requests

from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import save_product

pytestmark = pytest.mark.slow
SECONDS = 60.0
TRIES = 200


def test_any_process_tells_what_all_have_counted_also_those_that_ended(tmp_path: Path) -> None:
    pytest.importorskip("prometheus_client")
    folder = tmp_path / "figures"
    folder.mkdir()
    with Shop(folder=tmp_path / "shop", environment={"PROMETHEUS_MULTIPROC_DIR": str(folder)}) as shop:
        shop.start_worker(pool="prefork")
        save_product(shop, "P1", draw_mosaic(1))
        wait_until(lambda: shop.query("SELECT count(*) FROM visualsearch_embedding") == [(1,)], SECONDS, "it is there")
        address = shop.start_server("--workers", "2")

        sent = search_until_both_have_answered(address, folder)

        # A connection each: which of the two answers is the kernel's choice.
        assert {figures(address)["visualsearch_searches_total", 'outcome="found"'] for _ in range(10)} == {sent}
        told = figures(address)
        assert told["visualsearch_syncs_total", 'outcome="done"'] == 1
        assert told["visualsearch_search_seconds_count", ""] == sent
        assert told["visualsearch_index_vectors", 'source="catalog.product"'] == 1

        ended = searchers(folder).pop()
        os.kill(ended, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{ended}").exists(), SECONDS, "the process is gone")
        assert figures(address)["visualsearch_searches_total", 'outcome="found"'] == sent


def search_until_both_have_answered(address: str, folder: Path) -> int:
    """Search, and return how often."""
    for number in range(1, TRIES):
        answer = requests.post(f"{address}/api/v1/visual-search/", files={"photo": draw_mosaic(1)}, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        if len(searchers(folder)) == 2:
            return number
    raise AssertionError(f"One process alone answered {TRIES} searches.")


def searchers(folder: Path) -> set[int]:
    """Return the processes that have counted a search."""
    files = [file for file in folder.glob("counter_*.db") if b"visualsearch_searches_total" in file.read_bytes()]
    return {int(re.sub(r"\D", "", file.name)) for file in files}


def figures(address: str) -> dict[tuple[str, str], float]:
    """Return each figure by its name and labels."""
    lines = requests.get(f"{address}/health/metrics", timeout=SECONDS).text.splitlines()
    pattern = re.compile(r"(\w+?)(?:\{(.*)\})? (\S+)$")
    found = (pattern.match(line) for line in lines if not line.startswith("#"))
    return {(one[1], one[2] or ""): float(one[3]) for one in found if one}
