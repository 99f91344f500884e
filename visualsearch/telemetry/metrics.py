"""Figures for Prometheus, counted where the extra `metrics` is installed; also by several processes together.

With the environment variable PROMETHEUS_MULTIPROC_DIR every process writes into that folder, and any of them tells the
sum. It must be set before the process starts, and its folder be empty when the first one does.
"""

from __future__ import annotations

from collections.abc import Mapping

try:
    from prometheus_client import Counter, Histogram
except ImportError:
    IS_INSTALLED = False
else:
    IS_INSTALLED = True
    _BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
    _searches = Counter(
        "visualsearch_searches", "Searches by what came of them: found, no-match, or why refused.", ["outcome"]
    )
    _seconds = Histogram("visualsearch_search_seconds", "Time of a whole search.", buckets=_BUCKETS)
    _steps = Histogram("visualsearch_search_step_seconds", "Time of one step of a search.", ["step"], buckets=_BUCKETS)
    _syncs = Counter("visualsearch_syncs", "Objects whose rows were made to agree with them.", ["outcome"])
    _lag = Histogram(
        "visualsearch_sync_lag_seconds",
        "From the save of an object until its rows agree with it.",
        buckets=(0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0),
    )


def count_search(outcome: str, seconds: float, steps: Mapping[str, float]) -> None:
    """Count one search."""
    if not IS_INSTALLED:
        return
    _searches.labels(outcome).inc()
    _seconds.observe(seconds)
    for name, spent in steps.items():
        _steps.labels(name).observe(spent)


def count_sync(*, failed: bool, seconds: float | None) -> None:
    """Count one object; `seconds` is None where nobody asked for it."""
    if not IS_INSTALLED:
        return
    _syncs.labels("failed" if failed else "done").inc()
    if seconds is not None:
        _lag.observe(seconds)
