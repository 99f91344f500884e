"""Tables to eat, work and put things on."""

from __future__ import annotations

import math

from tools.render.curves import hollow, ring
from tools.render.maker import Maker


def round_table(
    make: Maker, *, radius: float, height: float, legs: str = "four", thick: float = 0.025, tray: float = 0.0
) -> None:
    """Turn a round top on "four", "three" or "hairpin" legs, a "trumpet", a "drum" or a "wire" cage."""
    top = [
        (0.0, height - thick),
        (radius - 0.008, height - thick),
        (radius, height - thick * 0.4),
        (radius - 0.004, height),
        (0.0, height),
    ]
    make.lathe(top, "top", segments=128)
    if tray:
        make.lathe(hollow([(radius, height - 0.002), (radius, height + tray)], 0.004, 0.003), "top", segments=128)
    low = height - thick
    if legs == "trumpet":
        make.lathe(
            [
                (0.0, 0.0),
                (radius * 0.55, 0.0),
                (radius * 0.54, 0.012),
                (radius * 0.25, 0.03),
                (0.05, 0.12),
                (0.035, height * 0.5),
                (0.06, low - 0.04),
                (radius * 0.3, low),
            ],
            "frame",
            segments=96,
        )
    elif legs == "drum":
        make.lathe([(radius * 0.6, 0.0), (radius * 0.6, low), (0.0, low)], "frame", segments=96)
    elif legs == "wire":
        make.tubes([ring(radius * 0.98, low - 0.006), ring(radius * 0.72, 0.006)], 0.006, "frame", closed=True)
        turns = [2 * math.pi * step / 16 for step in range(16)]
        rods = [
            [
                (radius * 0.98 * math.cos(t), radius * 0.98 * math.sin(t), low),
                (radius * 0.72 * math.cos(t), radius * 0.72 * math.sin(t), 0.0),
            ]
            for t in turns
        ]
        make.tubes(rods, 0.0045, "frame", bend=False)
    else:
        _straight_legs(make, radius, low, legs)


def _straight_legs(make: Maker, radius: float, low: float, legs: str) -> None:
    count = 4 if legs == "four" else 3
    for leg in range(count):
        turn = 2 * math.pi * leg / count + math.pi / 4
        x, y = radius * math.cos(turn), radius * math.sin(turn)
        if legs == "hairpin":
            side = (-math.sin(turn) * 0.06, math.cos(turn) * 0.06)
            wire = [
                (x * 0.7 + side[0], y * 0.7 + side[1], low),
                (x * 0.92, y * 0.92, 0.006),
                (x * 0.7 - side[0], y * 0.7 - side[1], low),
            ]
            make.tube(wire, 0.006, "frame", bend=False)
        else:
            make.leg((x * 0.6, y * 0.6, low), (x * 0.86, y * 0.86, 0.0), "frame", 0.022, 0.013)


def long_table(
    make: Maker,
    *,
    length: float,
    depth: float,
    height: float,
    legs: str = "square",
    thick: float = 0.03,
    shelf: bool = False,
    drawer: bool = False,
) -> None:
    """Join a rectangular table on "square" or "round" legs, "trestles", steel "frames" or two "panels"."""
    make.box((length, depth, thick), (0, 0, height - thick / 2), "top", bevel=0.008)
    low, x, y = height - thick, length / 2, depth / 2
    if legs == "panels":
        for side in (-1, 1):
            make.box((0.03, depth * 0.94, low), (side * (x - 0.06), 0, low / 2), "frame", bevel=0.006)
    elif legs == "frames":
        for side in (-1, 1):
            at = side * (x - length * 0.12)
            loop = [(at, -y * 0.85, low), (at, -y * 0.85, 0.015), (at, y * 0.85, 0.015), (at, y * 0.85, low)]
            make.tube(loop, 0.015, "frame", bend=False)
    elif legs == "trestles":
        for side in (-1, 1):
            at = side * (x - length * 0.16)
            for end in (-1, 1):
                make.leg((at, end * 0.07, low), (at + side * 0.03, end * y * 0.86, 0), "frame", 0.022, 0.018)
            make.box((0.05, depth * 0.7, 0.05), (at, 0, low - 0.025), "frame", bevel=0.008)
            make.leg((at, -y * 0.5, low * 0.4), (at, y * 0.5, low * 0.4), "frame", 0.014)
    else:
        _corner_legs(make, x, y, low, legs)
    if shelf:
        make.box((length - 0.1, depth - 0.1, 0.018), (0, 0, height * 0.36), "top", bevel=0.005)
    if drawer:
        for side in (-1, 1):
            make.box((length * 0.4, 0.02, 0.09), (side * length * 0.215, -y + 0.05, low - 0.055), "top", bevel=0.004)
            make.leg(
                (side * length * 0.215 - 0.03, -y + 0.03, low - 0.055),
                (side * length * 0.215 + 0.03, -y + 0.03, low - 0.055),
                "pull",
                0.006,
            )


def _corner_legs(make: Maker, x: float, y: float, low: float, legs: str) -> None:
    for side in (-1, 1):
        make.box((0.022, 2 * y - 0.16, 0.07), (side * (x - 0.06), 0, low - 0.035), "frame", bevel=0.003)
        make.box((2 * x - 0.16, 0.022, 0.07), (0, side * (y - 0.06), low - 0.035), "frame", bevel=0.003)
        for end in (-1, 1):
            if legs == "square":
                make.box((0.055, 0.055, low), (side * (x - 0.06), end * (y - 0.06), low / 2), "frame", bevel=0.006)
            else:
                make.leg(
                    (side * (x - 0.08), end * (y - 0.08), low),
                    (side * (x - 0.05), end * (y - 0.05), 0),
                    "frame",
                    0.028,
                    0.015,
                )
