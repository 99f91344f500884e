"""Where things are kept: shelves, sideboards, boxes, baskets."""

from __future__ import annotations

import math

from tools.render.curves import Point, ring
from tools.render.maker import Maker


def shelf(
    make: Maker,
    *,
    width: float,
    height: float,
    depth: float = 0.3,
    boards: int = 4,
    sides: str = "panel",
    columns: int = 1,
    back: bool = False,
) -> None:
    """Join a shelf between wooden "panel" sides or steel "rods"."""
    for place in range(boards):
        z = 0.06 + (height - 0.09) * place / (boards - 1)
        make.box((width - (0.02 if sides == "panel" else 0.0), depth, 0.022), (0, 0, z), "board", bevel=0.004)
    for column in range(columns + 1):
        x = width * (column / columns - 0.5)
        if sides == "panel":
            make.box((0.024, depth, height), (x, 0, height / 2), "side", bevel=0.004)
        else:
            for y in (-depth / 2 + 0.012, depth / 2 - 0.012):
                make.leg((x * 0.985, y, height), (x * 0.985, y, 0), "side", 0.009)
    if back:
        make.box((width - 0.02, 0.006, height - 0.08), (0, depth / 2 - 0.006, height / 2), "board", bevel=0.001)
    elif sides == "rods":
        ends = [(-width * 0.49, depth / 2 - 0.012), (width * 0.49, depth / 2 - 0.012)]
        make.tubes(
            [[(*ends[0], 0.08), (*ends[1], height - 0.05)], [(*ends[1], 0.08), (*ends[0], height - 0.05)]],
            0.004,
            "side",
            bend=False,
        )


def ladder_shelf(make: Maker, *, width: float = 0.6, height: float = 1.7, boards: int = 4) -> None:
    """Lean two rails back, with boards that get shallower towards the top."""
    for x in (-1, 1):
        make.leg((x * width / 2, 0.2, height), (x * width / 2, -0.2, 0), "side", 0.017)
        make.leg((x * width / 2, 0.2, height * 0.98), (x * width / 2, 0.2, 0), "side", 0.014)
    for place in range(boards):
        share = (place + 0.5) / boards
        front = -0.2 + 0.4 * share
        make.box((width + 0.02, 0.2 - front + 0.03, 0.02), (0, (0.2 + front) / 2, height * share), "board", bevel=0.004)


def sideboard(
    make: Maker,
    *,
    width: float = 1.4,
    height: float = 0.7,
    depth: float = 0.4,
    doors: int = 3,
    legs: float = 0.16,
    fronts: str = "plain",
    drawers: int = 0,
) -> None:
    """Build a cabinet on legs with "plain", "slatted" or "knob" fronts; `drawers` says how many are in a column."""
    tall, middle = height - legs, legs + (height - legs) / 2
    for z in (legs + 0.012, height - 0.012):
        make.box((width, depth, 0.024), (0, 0, z), "case", bevel=0.005)
    for x in (-1, 1):
        make.box((0.024, depth, tall), (x * (width / 2 - 0.012), 0, middle), "case", bevel=0.005)
        for y in (-1, 1):
            make.leg(
                (x * (width / 2 - 0.1), y * (depth / 2 - 0.07), legs),
                (x * (width / 2 - 0.07), y * (depth / 2 - 0.05), 0),
                "legs",
                0.018,
                0.011,
            )
    make.box((width - 0.04, 0.01, tall - 0.03), (0, depth / 2 - 0.02, middle), "case", bevel=0.001)
    wide, rows = (width - 0.054) / doors, max(drawers, 1)
    high = (tall - 0.054) / rows
    for door in range(doors):
        for row in range(rows):
            centre = ((door - (doors - 1) / 2) * wide, -depth / 2 + 0.012, legs + 0.027 + (row + 0.5) * high)
            _front(make, fronts, wide - 0.006, high - 0.006, centre)


def _front(make: Maker, style: str, wide: float, high: float, centre: Point) -> None:
    x, y, z = centre
    make.box((wide, 0.02, high), (x, y, z), "front", bevel=0.003)
    if style == "slatted":
        count = round(wide / 0.022)
        for slat in range(count):
            make.box(
                (0.011, 0.012, high), (x + wide * ((slat + 0.5) / count - 0.5), y - 0.014, z), "front", bevel=0.003
            )
    elif style == "knob":
        knob = make.lathe([(0.0, 0.026), (0.011, 0.025), (0.014, 0.018), (0.006, 0.008), (0.006, 0.0)], "pull")
        knob.rotation_euler, knob.location = (math.pi / 2, 0, 0), (x, y - 0.01, z + high * 0.2)
    else:
        make.box((min(0.14, wide * 0.4), 0.012, 0.01), (x, y - 0.016, z + high / 2 - 0.04), "pull", bevel=0.003)


def box(
    make: Maker,
    *,
    width: float = 0.32,
    depth: float = 0.24,
    height: float = 0.18,
    lid: float = 0.05,
    handle: str = "none",
    round_: bool = False,
) -> None:
    """Fold a lidded box, round or rectangular, with a "label", a leather "tab" or nothing at its front."""
    if round_:
        r = width / 2
        make.lathe([(0.0, 0.0), (r - 0.003, 0.0), (r - 0.003, height - lid), (0.0, height - lid)], "body", segments=96)
        make.lathe(
            [
                (r - 0.002, height - lid - 0.001),
                (r, height - lid),
                (r, height - 0.003),
                (r - 0.003, height),
                (0.0, height),
            ],
            "lid",
            segments=96,
        )
    else:
        make.box((width - 0.006, depth - 0.006, height - lid), (0, 0, (height - lid) / 2), "body", bevel=0.004)
        make.box((width, depth, lid), (0, 0, height - lid / 2), "lid", bevel=0.005)
    front = -(width if round_ else depth) / 2
    if handle == "label":
        make.box((0.07, 0.003, 0.042), (0, front - 0.0005, (height - lid) * 0.6), "pull", bevel=0.001)
        make.box((0.06, 0.003, 0.032), (0, front - 0.0012, (height - lid) * 0.6), "paper", bevel=0.0005)
    elif handle == "tab":
        make.tube(
            [
                (0, front - 0.002, height - lid * 0.3),
                (0, front - 0.018, height - lid),
                (0, front - 0.004, height - lid * 1.5),
            ],
            0.007,
            "pull",
        )


def basket(
    make: Maker,
    *,
    radius: float,
    height: float,
    flare: float = 1.0,
    handles: str = "loops",
    squash: float = 1.0,
    thread: float = 0.007,
) -> None:
    """Weave rods around stakes, over and under; "loops", "bow" or "none" for a handle."""
    rows, stakes, count = round(height / (thread * 1.55)), 26, 156
    rings = []
    for row in range(rows):
        z = thread + (height - 2 * thread) * row / (rows - 1)
        r = radius * (1 + (flare - 1) * z / height) * (1 + 0.09 * math.sin(math.pi * z / height))
        swing = [thread * 0.55 * math.cos(math.pi * stakes * step / count + math.pi * row) for step in range(count)]
        turns = [2 * math.pi * step / count for step in range(count)]
        rings.append(
            [((r + s) * math.cos(t), (r + s) * math.sin(t) * squash, z) for t, s in zip(turns, swing, strict=True)]
        )
    make.tubes(rings, thread, "weave", closed=True)
    top = radius * flare
    make.tube(ring(top, height - thread * 0.5, 96, squash), thread * 1.7, "rim", closed=True)
    make.lathe([(0.0, 0.004), (radius * 0.98, 0.004), (radius * 0.98, 0.01), (0.0, 0.01)], "weave", squash=squash)
    if handles == "loops":
        for x in (-1, 1):
            make.tube(
                [
                    (x * top, -0.05, height),
                    (x * top * 1.04, -0.04, height + 0.055),
                    (x * top * 1.04, 0.04, height + 0.055),
                    (x * top, 0.05, height),
                ],
                thread * 1.3,
                "rim",
            )
    elif handles == "bow":
        make.tube(
            [
                (-top, 0, height - 0.02),
                (-top * 0.85, 0, height + top * 0.7),
                (0, 0, height + top * 1.15),
                (top * 0.85, 0, height + top * 0.7),
                (top, 0, height - 0.02),
            ],
            thread * 1.5,
            "rim",
        )


def crate(
    make: Maker, *, width: float = 0.4, depth: float = 0.28, height: float = 0.22, slats: int = 3, wheels: bool = False
) -> None:
    """Nail slats around corner posts."""
    low = 0.05 if wheels else 0.0
    tall = (height - 0.012 * (slats - 1)) / slats
    for slat in range(slats):
        z = low + tall / 2 + slat * (tall + 0.012)
        for y in (-1, 1):
            make.box((width, 0.01, tall), (0, y * depth / 2, z), "body", bevel=0.002)
        for x in (-1, 1):
            make.box((0.01, depth - 0.012, tall), (x * (width / 2 - 0.005), 0, z), "body", bevel=0.002)
    for x in (-1, 1):
        for y in (-1, 1):
            make.box(
                (0.022, 0.022, height),
                (x * (width / 2 - 0.021), y * (depth / 2 - 0.016), low + height / 2),
                "body",
                bevel=0.002,
            )
            if wheels:
                wheel = make.lathe(
                    [(0.0, -0.008), (0.022, -0.008), (0.024, 0.0), (0.022, 0.008), (0.0, 0.008)], "wheel"
                )
                wheel.rotation_euler, wheel.location = (math.pi / 2, 0, 0), (x * width * 0.4, y * depth * 0.36, 0.024)
    make.box((width - 0.02, depth - 0.02, 0.01), (0, 0, low + 0.012), "body", bevel=0.001)
