"""Draw quality against time, the latter logarithmic, one point an embedder."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log2
from typing import Any

from benchmarks.svg import picture, text

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 50, 60
COLOUR = "#1e6fb3"


def draw(results: list[dict[str, Any]]) -> str:
    """Return the picture of the figures of benchmarks.quality."""
    times = [result["photo_ms"] for result in results]
    powers = range(floor(log2(min(times))), ceil(log2(max(times))) + 1)
    parts = list(_axes(powers))
    for result in results:
        x, y = _across(result["photo_ms"], powers), _down(result["recall_at_1"])
        parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='{COLOUR}'/>")
        parts.append(text(x + 10, y - 4, result["embedder"], COLOUR, "start"))
        parts.append(text(x + 10, y + 10, f"{result['recall_at_1']:.2f}, {result['photo_ms']:.3g} ms", anchor="start"))
    return picture("Recall@1 against the milliseconds that one photo takes", WIDTH, HEIGHT, parts)


def _across(milliseconds: float, powers: range) -> float:
    return LEFT + (log2(milliseconds) - powers[0]) / max(1, len(powers) - 1) * (WIDTH - LEFT - RIGHT)


def _down(recall: float) -> float:
    return HEIGHT - BOTTOM - recall * (HEIGHT - TOP - BOTTOM)


def _axes(powers: range) -> Iterator[str]:
    for power in powers:
        x = _across(2.0**power, powers)
        yield f"<path d='M{x:.0f} {TOP}V{HEIGHT - BOTTOM}' stroke='#ddd'/>"
        yield text(x, HEIGHT - BOTTOM + 20, f"{2.0**power:g}")
    for tenth in range(0, 11, 2):
        y = _down(tenth / 10)
        yield f"<path d='M{LEFT} {y:.0f}H{WIDTH - RIGHT}' stroke='#ddd'/>"
        yield text(LEFT - 8, y + 4, f"{tenth / 10:.1f}", anchor="end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "milliseconds from a decoded photo to its vector")
    yield text(LEFT - 50, TOP - 24, "recall@1", anchor="start")
