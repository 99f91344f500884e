"""Clocks, mirrors and notebooks."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

CLOCK = Kind(name="clock", category="Decoration > Clocks", where="wall", parts="feet=metal:brass")
MIRROR = Kind(
    name="mirror", category="Decoration > Mirrors", where="wall", parts="glass=mirror:white strap=leather:tan"
)
BOOK = Kind(
    name="notebook", category="Accessories > Notebooks", where="table", parts="paper=matte:paper band=linen:black"
)


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


def _book(name: str, price: float, note: str, cover: str, looks: dict[str, str], **measures: Any) -> Design:
    named = {}
    for look, colours in looks.items():
        first, second = colours.split(":")
        named[look] = (
            f"cover=printed:{first}:{second}:cover_{cover} spine=linen:{first} second=linen:{second} third=linen:cream"
        )
    return _design(BOOK, "book", name, price, note, named, **measures)


def _clock(name: str, price: float, note: str, face: str, looks: dict[str, str], **measures: Any) -> Design:
    named = {}
    for look, finishes in looks.items():
        rim, paper, ink = finishes.split()
        named[look] = f"rim={rim} face=printed:{paper}:{ink}:face_{face} hands=painted:{ink}"
    return _design(CLOCK, "clock", name, price, note, named, **measures)


DESIGNS = [
    _clock(
        "Plain",
        39.00,
        "nothing but lines",
        "lines",
        {"oak": "wood:oak white black", "black": "painted:black charcoal white", "brass": "metal:brass cream ink"},
        radius=0.15,
    ),
    _clock(
        "Station",
        49.00,
        "numbers that can be read across the hall",
        "numbers",
        {
            "white": "painted:white white black",
            "forest": "painted:forest cream forest",
            "red": "painted:red white black",
        },
        radius=0.17,
        rim=0.018,
    ),
    _clock(
        "Sunburst",
        89.00,
        "rays all around, as in the fifties",
        "dots",
        {"brass": "metal:brass ink brass", "walnut": "wood:walnut cream chestnut"},
        radius=0.13,
        rays=24,
    ),
    _clock(
        "Kitchen",
        34.00,
        "a square case with round corners",
        "quarters",
        {"sage": "painted:sage white slate", "mustard": "painted:mustard cream black"},
        radius=0.12,
        square=True,
    ),
    _clock(
        "Rise",
        27.00,
        "two bells that nobody sleeps through",
        "numbers",
        {
            "mint": "painted:mint white charcoal",
            "copper": "metal:copper cream black",
            "black": "painted:black white black",
        },
        radius=0.05,
        rim=0.006,
        depth=0.04,
        stand=True,
    ),
    _design(
        MIRROR,
        "mirror",
        "Halo",
        119.00,
        "a slim round frame",
        {"brass": "frame=metal:brass", "black": "frame=painted:black", "oak": "frame=wood:oak"},
        width=0.6,
        height=0.6,
        rim=0.014,
    ),
    _design(
        MIRROR,
        "mirror",
        "Arcadia",
        189.00,
        "an arch like a window",
        {"black": "frame=painted:black", "walnut": "frame=wood:walnut"},
        width=0.6,
        height=1.0,
        style="arch",
        rim=0.016,
    ),
    _design(
        MIRROR,
        "mirror",
        "Capsule",
        99.00,
        "round ends and a leather strap",
        {"oak": "frame=wood:oak", "black": "frame=painted:black"},
        width=0.36,
        height=0.8,
        style="pill",
        rim=0.012,
        strap=True,
    ),
    _book(
        "Field",
        14.90,
        "a ruled frame on its cover",
        "rule",
        {"forest": "forest:cream", "navy": "navy:ochre", "brick": "brick:cream"},
        width=0.14,
        height=0.2,
        thick=0.018,
        band=True,
    ),
    _book(
        "Tide",
        16.90,
        "a low sun on its cover",
        "disc",
        {"sky and coral": "sky:coral", "petrol and mustard": "petrol:mustard"},
        width=0.155,
        height=0.22,
        thick=0.022,
    ),
    _book(
        "Home",
        18.90,
        "arches for plans of houses",
        "arch",
        {"oat and rust": "oat:rust", "sage and forest": "sage:forest"},
        width=0.18,
        height=0.23,
        thick=0.025,
    ),
    _book(
        "Trio",
        29.90,
        "three volumes for notes, plans and sums",
        "label",
        {"clay": "clay:petrol", "charcoal": "charcoal:mustard"},
        width=0.17,
        height=0.23,
        thick=0.024,
        count=3,
    ),
]
