"""Whatever happens to a shop, in whatever order, nothing is lost and nothing is shown that is hidden.

`make torture` does a thousand runs; the tests do a few.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from tqdm import tqdm

from tests.torture.machine import Torture
from tests.torture.workers import steps
from visualsearch import tasks

RUNS = int(os.environ.get("TORTURE_RUNS", "20"))
STEPS = 50
EVENTS = {
    "compactions",
    "damaged snapshots",
    "full disks",
    "killed workers",
    "killed writers",
    "lost bells",
    "overtaken workers",
    "proofs with a delta",
    "proofs with exact snapshot",
    "proofs with ivf snapshot",
    "proofs with no snapshot",
    "proofs with several lists",
}


@pytest.fixture
def small_world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make all sizes small, so that a few rows are many."""
    settings.VISUALSEARCH = {
        **settings.VISUALSEARCH,
        # Its pictures are small for speed.
        "PHOTO_SIDE_LEAST": 8,
        "DECODE_APART": False,
        "EMBEDDER": "tests.torture.embedder.TinyEmbedder",
        "BATCH_SIZE": 3,
        "IVF_FROM": 6,
        "COMPACT_FROM": 4,
    }
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.torture.storage.FlakyStorage"}}
    monkeypatch.setattr("visualsearch.indexes.ivf._TRAINING_ROWS_A_LIST", 3)
    monkeypatch.setattr("visualsearch.indexes.headers._EDGE", 16)
    monkeypatch.setattr("visualsearch.indexes.layers._FEW", 2)
    monkeypatch.setattr("visualsearch.models.journal.PAGE", 5)
    steps.install(monkeypatch)
    monkeypatch.setattr(tasks, "bell", tasks.bell)
    # What is done on purpose is warned of a thousand times.
    logging.disable(logging.CRITICAL)
    yield
    # Set back by its own function: each logger remembers what it was told.
    logging.disable(logging.NOTSET)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_wrongly_shown_whatever_happens(
    small_world: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = time.monotonic()
    Torture.tally.clear()
    every = hypothesis_settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    with capsys.disabled(), tqdm(total=RUNS, unit=" runs", disable=None) as bar:
        monkeypatch.setattr(Torture, "on_end", staticmethod(bar.update))
        run_state_machine_as_test(Torture, settings=every)

    _print_figures(capsys, time.monotonic() - started)
    # A few runs need not meet everything.
    assert RUNS < 200 or set(+Torture.tally) >= EVENTS


def _print_figures(capsys: pytest.CaptureFixture[str], seconds: float) -> None:
    figures = dict(Torture.tally)
    with capsys.disabled():
        print(f"\n{figures.pop('examples')} runs, {figures.pop('steps')} steps, {seconds:.0f} s, no failure")
        print("; ".join(f"{name} {figures[name]}" for name in sorted(figures)))
