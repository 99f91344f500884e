"""The running API asked by schemathesis for all that its description promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import Shop
from tests.stock import write_catalogue

SECONDS = 40
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance"
CHECKS += ",response_schema_conformance,unsupported_method,missing_required_header"
"""All but those that hold an API to nothing more than its schema: which fields go together is said in words there."""


@pytest.mark.slow
def test_no_request_is_answered_in_a_way_that_the_description_does_not_name(tmp_path: Path) -> None:
    with Shop(folder=tmp_path / "shop") as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "goods", 3)))
        shop.command("visualsearch_sync")
        url = shop.start_server()
        program = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/visual-search/schema/"]
        limits = ["--max-time", str(SECONDS), "--max-examples", "20", "--phases", "examples,coverage,fuzzing"]
        done = subprocess.run(
            [*program, *limits, "--checks", CHECKS, "--warnings", "off", "--seed", "1"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS * 4,
        )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
