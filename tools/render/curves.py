"""Points along curves, which shapes are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, ...]


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Return points on the Catmull-Rom curve through `points`, ends included."""
    if len(points) < 3:
        return list(points)
    first = tuple(2 * a - b for a, b in zip(points[0], points[1], strict=True))
    last = tuple(2 * a - b for a, b in zip(points[-1], points[-2], strict=True))
    padded = [first, *points, last]
    found: list[Point] = []
    for place in range(len(points) - 1):
        found += [_between(padded[place : place + 4], step / steps) for step in range(steps)]
    return [*found, tuple(points[-1])]


def _between(four: Sequence[Point], t: float) -> Point:
    return tuple(
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(*four, strict=True)
    )


def hollow(outer: Sequence[Point], wall: float, floor: float | None = None) -> list[Point]:
    """Return the profile (radius, height) of a vessel: bottom, outside, rounded lip, inside."""
    floor = wall if floor is None else floor
    radius, top = outer[-1]
    lip = [
        (radius - wall / 2 + math.cos(a) * wall / 2, top + math.sin(a) * wall / 2)
        for a in (math.pi * step / 6 for step in range(1, 6))
    ]
    inner = [(r - wall, z) for r, z in reversed(outer) if z > outer[0][1] + floor and r > wall]
    bottom = outer[0][1] + floor
    heel = (max(inner[-1][0] - wall, 0.001), bottom)
    return [(0.0, outer[0][1]), *foot(outer), *outer[1:], *lip, *inner, heel, (0.0, bottom)]


def foot(outer: Sequence[Point]) -> list[Point]:
    """Return the rounded edge on which a vessel stands."""
    (radius, bottom), r = outer[0], min(0.003, outer[0][0] / 4)
    return [(radius - r, bottom), (radius - r * 0.3, bottom + r * 0.3)]


def ring(radius: float, height: float, count: int = 48, squash: float = 1.0) -> list[Point]:
    """Return the points of a circle that lies at a height; `squash` makes it an ellipse along y."""
    turns = (2 * math.pi * step / count for step in range(count))
    return [(radius * math.cos(turn), radius * squash * math.sin(turn), height) for turn in turns]


def arc(radius: float, start: float, end: float, count: int = 12) -> list[Point]:
    """Return points (x, y) on an arc between two angles in degrees."""
    angles = (math.radians(start + (end - start) * step / (count - 1)) for step in range(count))
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]
