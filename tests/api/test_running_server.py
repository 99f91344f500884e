"""The running API, asked for all that its own description promises, and for what it does not promise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.processes import ROOT, Shop, wait_until
from tests.stock import write_catalogue

pytestmark = pytest.mark.slow
pytest.importorskip("schemathesis", reason="needs the package schemathesis")
GOODS = 12
SECONDS = 60
"""Of chance requests, after one of each kind that the description names."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Return the address of a shop with some goods that can be found."""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.unthrottled"}
    with Shop(folder=tmp_path / "shop", environment=environment) as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
        shop.command("visualsearch_sync")
        server = shop.start_server()
        wait_until(lambda: requests.get(f"{server}/api/v1/visual-search/status/", timeout=30).ok, 30, "it is ready")
        yield server


def test_every_answer_is_one_that_the_description_names(address: str) -> None:
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/v1/visual-search/schema/"]
    bounds = ["--max-examples", "15", "--max-time", str(SECONDS), "--request-timeout", "30", "--max-failures", "20"]
    quiet = ["--generation-deterministic", "--no-color", "--warnings", "off"]

    done = subprocess.run([*program, *bounds, *quiet], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS + 120)

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
