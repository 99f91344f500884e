"""Whatever happens to a shop, in whatever order, nothing is lost and nothing is shown that is hidden.

`make torture` does a thousand runs; the tests do a few.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from tests.torture.machine import Torture
from tests.torture.workers import steps
from visualsearch import tasks

RUNS = int(os.environ.get("TORTURE_RUNS", "40"))
STEPS = 50


@pytest.fixture
def small_world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all sizes small, so that a few rows are many."""
    settings.VISUALSEARCH = {
        **settings.VISUALSEARCH,
        "EMBEDDER": "tests.torture.embedder.TinyEmbedder",
        "BATCH_SIZE": 3,
        "IVF_FROM": 6,
        "COMPACT_FROM": 4,
    }
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.torture.storage.FlakyStorage"}}
    monkeypatch.setattr("visualsearch.indexes.ivf._TRAINING_ROWS_A_LIST", 3)
    monkeypatch.setattr("visualsearch.indexes.headers._EDGE", 16)
    monkeypatch.setattr("visualsearch.indexes.layers._FEW", 2)
    monkeypatch.setattr("visualsearch.models.PAGE", 5)
    steps.install(monkeypatch)
    monkeypatch.setattr(tasks, "bell", tasks.bell)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_wrongly_shown_whatever_happens(
    small_world: None, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    Torture.tally.clear()
    try:
        run_state_machine_as_test(
            Torture,
            settings=hypothesis_settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                report_multiple_bugs=False,
            ),
        )
    finally:
        with capsys.disabled():
            print(f"\n{time.monotonic() - started:.1f} s: {dict(sorted(Torture.tally.items()))}")
