"""Shelves, sideboards, boxes and baskets."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

SHELF = Kind(name="shelf", category="Storage > Shelves", where="floor")
SIDEBOARD = Kind(name="sideboard", category="Storage > Sideboards", where="floor", parts="pull=metal:brass")
BOX = Kind(
    name="box",
    category="Storage > Boxes",
    where="table",
    parts="pull=metal:brass paper=matte:paper wheel=painted:black",
)
BASKET = Kind(name="basket", category="Storage > Baskets", where="floor")


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


def _case(finish: str, front: str, legs: str) -> str:
    return f"case={finish} front={front} legs={legs}"


DESIGNS = [
    _design(
        SHELF,
        "shelf",
        "Library",
        219.00,
        "five boards between solid sides",
        {
            "oak": "board=wood:oak side=wood:oak",
            "white": "board=matte:white side=matte:white",
            "walnut": "board=wood:walnut side=wood:walnut",
        },
        width=0.8,
        height=1.7,
        boards=5,
        back=True,
    ),
    _design(
        SHELF,
        "shelf",
        "Loft",
        179.00,
        "boards that hang in a frame of steel",
        {
            "oak and black": "board=wood:oak side=painted:black",
            "walnut and brass": "board=wood:walnut side=metal:brass",
            "white and white": "board=matte:white side=painted:white",
        },
        width=0.9,
        height=1.5,
        sides="rods",
    ),
    _design(
        SHELF,
        "shelf",
        "Lowline",
        159.00,
        "two rows under the window",
        {"ash": "board=wood:ash side=wood:ash", "sage": "board=painted:sage side=painted:sage"},
        width=1.2,
        height=0.72,
        boards=3,
        columns=3,
    ),
    _design(
        SHELF,
        "ladder shelf",
        "Rung",
        129.00,
        "rails that lean like a ladder",
        {
            "oak": "board=wood:oak side=wood:oak",
            "black": "board=wood:black_oak side=painted:black",
            "white and oak": "board=wood:oak side=painted:white",
        },
    ),
    _design(
        SIDEBOARD,
        "sideboard",
        "Nord",
        599.00,
        "three plain doors and room behind them",
        {
            "oak": _case("wood:oak", "wood:oak", "wood:oak"),
            "white and oak": _case("wood:oak", "matte:white", "wood:oak"),
            "walnut": _case("wood:walnut", "wood:walnut", "wood:walnut"),
        },
    ),
    _design(
        SIDEBOARD,
        "sideboard",
        "Slat",
        689.00,
        "slatted fronts that let the remote through",
        {
            "oak": _case("wood:oak", "wood:oak", "painted:black"),
            "black": _case("wood:black_oak", "wood:black_oak", "metal:brass"),
        },
        doors=2,
        fronts="slatted",
        width=1.2,
        height=0.66,
    ),
    _design(
        SIDEBOARD,
        "sideboard",
        "Dresser",
        449.00,
        "six deep drawers",
        {
            "white": _case("matte:white", "matte:white", "wood:beech"),
            "forest": _case("painted:forest", "painted:forest", "wood:oak"),
            "clay": _case("painted:clay", "painted:clay", "wood:walnut"),
        },
        doors=2,
        drawers=3,
        fronts="knob",
        width=1.0,
        height=0.82,
    ),
    _design(
        BOX,
        "box",
        "Archive",
        16.90,
        "a label holder and a lid that closes well",
        {
            "grey": "body=linen:mist lid=linen:mist",
            "navy": "body=linen:navy lid=linen:navy",
            "blush": "body=matte:blush lid=matte:blush",
        },
        handle="label",
    ),
    _design(
        BOX,
        "box",
        "Hat",
        22.90,
        "a round body with a deep lid",
        {
            "stripes": "body=matte:cream lid=matte:ink",
            "sage": "body=matte:sage lid=wood:oak",
            "mustard": "body=linen:mustard lid=linen:mustard",
        },
        round_=True,
        width=0.3,
        height=0.17,
    ),
    _design(
        BOX,
        "box",
        "Keep",
        34.90,
        "a leather tab to lift the lid",
        {
            "oak": "body=wood:oak lid=wood:oak pull=leather:cognac",
            "walnut": "body=wood:walnut lid=wood:walnut pull=leather:black",
            "felt grey": "body=wool:grey lid=wool:grey pull=leather:tan",
        },
        handle="tab",
        width=0.26,
        depth=0.18,
        height=0.12,
    ),
    _design(
        BOX,
        "crate",
        "Orchard",
        29.90,
        "slats that let the air through",
        {"ash": "body=wood:ash", "walnut": "body=wood:walnut", "white": "body=painted:white"},
    ),
    _design(
        BOX,
        "crate",
        "Roll",
        44.90,
        "four wheels to push it under the bed",
        {"oak": "body=wood:oak", "mint": "body=painted:mint"},
        wheels=True,
        slats=2,
        width=0.46,
        depth=0.34,
        height=0.2,
    ),
    _design(
        BASKET,
        "basket",
        "Reed",
        39.00,
        "round sides woven around strong stakes",
        {
            "natural": "weave=wicker:rattan rim=wicker:rattan",
            "black": "weave=wicker:charcoal rim=wicker:charcoal",
            "oat": "weave=wicker:oat rim=leather:tan",
        },
        radius=0.19,
        height=0.3,
    ),
    _design(
        BASKET,
        "basket",
        "Market",
        34.00,
        "a bow to carry it over the arm",
        {"natural": "weave=wicker:rattan rim=wicker:rattan", "chestnut": "weave=wicker:chestnut rim=wicker:chestnut"},
        radius=0.16,
        height=0.17,
        flare=1.2,
        handles="bow",
        squash=0.75,
    ),
    _design(
        BASKET,
        "basket",
        "Log",
        69.00,
        "tall walls and a wide mouth",
        {"seagrass": "weave=wicker:seagrass rim=wicker:seagrass", "grey": "weave=wicker:slate rim=wicker:slate"},
        radius=0.2,
        height=0.44,
        flare=1.12,
        thread=0.01,
    ),
    _design(
        BASKET,
        "basket",
        "Bread",
        19.00,
        "a low rim for the breakfast table",
        {"natural": "weave=wicker:sand rim=wicker:sand", "white": "weave=wicker:chalk rim=wicker:chalk"},
        radius=0.13,
        height=0.085,
        flare=1.2,
        handles="none",
        squash=0.7,
        thread=0.0055,
    ),
]
