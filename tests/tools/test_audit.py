from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tools import audit

FINE = {"name": "pillow", "version": "13.0.0", "vulns": []}
HOLE = {"name": "django", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "celery", "skip_reason": "Dependency not found on PyPI: celery"}


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that says what pip-audit answers."""

    def say(stdout: str, stderr: str = "") -> None:
        done = subprocess.CompletedProcess([], 0, stdout, stderr)
        monkeypatch.setattr("tools.audit.subprocess.run", lambda *args, **kwargs: done)

    return say


@pytest.mark.parametrize(
    ("dependencies", "code", "words"),
    [
        ([FINE], 0, "1 versions were looked up, 0 holes are known."),
        ([FINE, HOLE], 1, "django 1.0: CVE-1, mended in 1.1"),
        ([FINE, UNKNOWN], 0, "Nothing is known of celery."),
        ([UNKNOWN], 0, "Nothing was audited: Dependency not found on PyPI: celery"),
    ],
)
def test_what_is_known_is_told(answer: Any, capsys: Any, dependencies: list[Any], code: int, words: str) -> None:
    answer(json.dumps({"dependencies": dependencies}))

    assert audit.main("constraints.txt") == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("why", ["No module named pip_audit", "ConnectionError: no route"])
def test_that_nothing_could_be_asked_is_told_and_no_failure(answer: Any, capsys: Any, why: str) -> None:
    answer("", f"Traceback\n{why}")

    assert audit.main("constraints.txt") == 0
    assert capsys.readouterr().out == f"Nothing was audited: {why}\n"
