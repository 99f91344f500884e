"""Ways of doing the same, timed in turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

Ways = Mapping[str, Callable[[], Any]]


def take_turns(ways: Ways, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round, by way; one more round before them warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def compare(ways: Ways, rounds: int, *, per: int = 1) -> dict[str, Any]:
    """Return the median milliseconds of each way, divided by `per`, and how many times faster the last is.

    The factor is the median of the rounds' own factors.
    """
    seconds = take_turns(ways, rounds)
    first, *_, last = seconds.values()
    return {
        **{f"{name}_ms": round(1000 * median(times) / per, 2) for name, times in seconds.items()},
        "times_faster": round(median(a / b for a, b in zip(first, last, strict=True)), 2),
    }
