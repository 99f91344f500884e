"""Draw time against size, both axes logarithmic, from files of figures: `python -m benchmarks.vectors.plot --help`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import pairwise
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from benchmarks.svg import picture, text

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 50, 60
# The name of a line, its key among the figures, its colour, and how far below the points their labels stand.
LINES = (("exact search", "exact_ms", "#b3541e", -10), ("this index", "index_ms", "#1e6fb3", 20))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", type=Path, nargs="+", help="what benchmarks.index wrote with --json")
    parser.add_argument("--svg", type=Path, required=True)
    arguments = parser.parse_args()
    results = [result for path in arguments.figures for result in json.loads(path.read_text())["results"]]
    arguments.svg.write_text(draw(sorted(results, key=lambda result: result["vectors"])))


def draw(results: list[dict[str, Any]]) -> str:
    """Return the picture of results whose sizes rise."""
    times = [result[key]["median"] for result in results for _, key, *_ in LINES]
    scale = _Scale([result["vectors"] for result in results], times)
    parts = [*_axes(scale)]
    for name, key, colour, below in LINES:
        points = [scale.point(result["vectors"], result[key]["median"]) for result in results]
        labels = [_milliseconds(result[key]["median"]) for result in results]
        parts += _line(points, labels, name, colour, below)
    for result in results:
        x, y = scale.point(result["vectors"], result["index_ms"]["median"])
        parts.append(text(x, y + 35, f"recall {result['recall_at_10']:.4f}", LINES[1][2]))
    return picture("Median milliseconds of one query against the number of vectors", WIDTH, HEIGHT, parts)


class _Scale:
    """Where a number of vectors and a time stand in the picture."""

    def __init__(self, sizes: list[int], times: list[float]) -> None:
        self.powers_of_size = range(floor(log10(min(sizes))), ceil(log10(max(sizes))) + 1)
        # A third of the lowest time, so that its words have room above the axis.
        self.powers_of_time = range(floor(log10(min(times) / 3)), ceil(log10(max(times))) + 1)

    def point(self, size: float, milliseconds: float) -> tuple[float, float]:
        x = _share(log10(size), self.powers_of_size) * (WIDTH - LEFT - RIGHT) + LEFT
        y = HEIGHT - BOTTOM - _share(log10(milliseconds), self.powers_of_time) * (HEIGHT - TOP - BOTTOM)
        return x, y


def _share(power: float, powers: range) -> float:
    return (power - powers[0]) / max(1, powers[-1] - powers[0])


def _axes(scale: _Scale) -> Iterator[str]:
    lowest_size, lowest_time = 10.0 ** scale.powers_of_size[0], 10.0 ** scale.powers_of_time[0]
    for power in scale.powers_of_size:
        x, y = scale.point(10**power, lowest_time)
        yield f"<path d='M{x:.0f} {TOP}V{y:.0f}' stroke='#ddd'/>" + text(x, y + 20, f"{10**power:,}")
    for power in scale.powers_of_time:
        x, y = scale.point(lowest_size, 10.0**power)
        yield f"<path d='M{x:.0f} {y:.0f}H{WIDTH - RIGHT}' stroke='#ddd'/>"
        yield text(x - 8, y + 4, f"{10.0**power:,g}", anchor="end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "vectors")
    yield text(LEFT - 50, TOP - 24, "median milliseconds of one query, one thread", anchor="start")


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.2g} ms"


def _line(points: list[tuple[float, float]], labels: list[str], name: str, colour: str, below: float) -> Iterator[str]:
    for (x, y), (to_x, to_y) in pairwise(points):
        yield f"<path d='M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}' stroke='{colour}' stroke-width='2'/>"
    for (x, y), label in zip(points, labels, strict=True):
        yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{colour}'/>" + text(x, y + below, label, colour)
    yield text(points[-1][0] + 34, points[-1][1] + 4, name, colour, anchor="start")


if __name__ == "__main__":
    main()
