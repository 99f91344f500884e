"""The running API asked by schemathesis for all that its description promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import form_checks
from tests.processes import Shop
from tests.stock import write_catalogue

ROOT = Path(__file__).parents[2]
SECONDS = 40
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance"
CHECKS += ",response_schema_conformance,unsupported_method,missing_required_header,invalid_data_rejection"
ACCEPTED = "positive_data_acceptance"
"""Of calls whose description says all: which fields of a search go together, and what a photo is, is told in words."""


def ask(url: str, folder: Path, checks: str, seconds: int, *more: str) -> None:
    """Ask the running API; fails with what was found."""
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/visual-search/schema/"]
    limits = ["--max-time", str(seconds), "--max-examples", "20", "--phases", "examples,coverage,fuzzing"]
    done = subprocess.run(
        [*program, *limits, "--checks", checks, "--warnings", "off", "--seed", "1", *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": form_checks.__name__},
        capture_output=True,
        text=True,
        timeout=seconds * 4,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_no_request_is_answered_in_a_way_that_the_description_does_not_name(tmp_path: Path) -> None:
    with Shop(folder=tmp_path / "shop") as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "goods", 3)))
        shop.command("visualsearch_sync")
        url = shop.start_server()

        ask(url, tmp_path, CHECKS, SECONDS)
        ask(url, tmp_path, ACCEPTED, SECONDS // 2, "--include-path-regex", "/(status|events)/$")
