"""How long each query takes, and how many of the exact nearest it finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np


def time_each(
    queries: np.ndarray, ask: Callable[[np.ndarray], np.ndarray]
) -> tuple[list[np.ndarray], dict[str, float]]:
    """Return the answers, and the median and the 95th percentile of the milliseconds."""
    found, times = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(ask(query))
        times.append(1000 * (time.perf_counter() - start))
    return found, summary(np.array(times))


def summary(times: np.ndarray) -> dict[str, float]:
    """Return the median and the 95th percentile."""
    return {"median": round(float(np.median(times)), 3), "p95": round(float(np.percentile(times, 95)), 3)}


def recall(found: Any, truth: Any) -> float:
    """Return the mean share of the true ids that were found."""
    return round(float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, truth, strict=True)])), 4)
