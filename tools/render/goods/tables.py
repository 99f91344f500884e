"""Stools and tables."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

STOOL = Kind(name="stool", category="Furniture > Stools", where="floor")
TABLE = Kind(name="table", category="Furniture > Tables", where="floor", parts="pull=metal:brass")
SIDE_TABLE = Kind(name="side table", category="Furniture > Side tables", where="floor", parts="pull=metal:brass")


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


DESIGNS = [
    _design(
        STOOL,
        "stool",
        "Milk",
        59.00,
        "three legs that never wobble",
        {
            "oak": "frame=wood:oak seat=wood:oak",
            "walnut": "frame=wood:walnut seat=wood:walnut",
            "coral": "frame=wood:beech seat=painted:coral",
        },
        legs=3,
        rung=False,
        splay=0.07,
    ),
    _design(
        STOOL,
        "stool",
        "Tinker",
        79.00,
        "a padded top and a rung all round",
        {"black leather": "frame=wood:oak seat=leather:black", "grey wool": "frame=wood:ash seat=wool:grey"},
        seat="pad",
    ),
    _design(
        STOOL,
        "stool",
        "Counter",
        109.00,
        "the height for kitchen islands",
        {
            "oak": "frame=wood:oak seat=wood:oak",
            "black and tan": "frame=painted:black seat=leather:tan",
            "white": "frame=painted:white seat=wood:beech",
        },
        height=0.66,
        width=0.34,
        splay=0.06,
    ),
    _design(
        STOOL,
        "stool",
        "Hemp",
        89.00,
        "a seat woven from paper cord",
        {
            "beech": "frame=wood:beech seat=wood:beech weave=wicker:oat",
            "black": "frame=wood:black_oak seat=wood:black_oak weave=wicker:rattan",
        },
        seat="woven",
        round_=False,
        width=0.42,
        splay=0.01,
    ),
    _design(
        TABLE,
        "long table",
        "Farm",
        549.00,
        "a thick top on square legs",
        {
            "oak": "top=wood:oak frame=wood:oak",
            "oak and white": "top=wood:oak frame=painted:white",
            "walnut": "top=wood:walnut frame=wood:walnut",
        },
        length=1.6,
        depth=0.85,
        height=0.75,
        thick=0.035,
    ),
    _design(
        TABLE,
        "long table",
        "Sled",
        629.00,
        "steel frames in place of legs",
        {"oak and black": "top=wood:oak frame=painted:black", "walnut and steel": "top=wood:walnut frame=metal:steel"},
        length=1.7,
        depth=0.88,
        height=0.75,
        legs="frames",
    ),
    _design(
        TABLE,
        "long table",
        "Studio",
        379.00,
        "trestles that fold away",
        {"birch and white": "top=matte:white frame=wood:ash", "forest": "top=matte:forest frame=wood:oak"},
        length=1.5,
        depth=0.75,
        height=0.74,
        legs="trestles",
        thick=0.025,
    ),
    _design(
        TABLE,
        "round table",
        "Tulip",
        489.00,
        "a foot like the mouth of a trumpet",
        {
            "white": "top=matte:white frame=painted:white",
            "marble": "top=marble:white:slate frame=painted:black",
            "walnut": "top=wood:walnut frame=painted:white",
        },
        radius=0.55,
        height=0.74,
        legs="trumpet",
    ),
    _design(
        TABLE,
        "round table",
        "Orbit",
        429.00,
        "four turned legs and room for five",
        {"oak": "top=wood:oak frame=wood:oak", "black": "top=wood:black_oak frame=wood:black_oak"},
        radius=0.58,
        height=0.74,
    ),
    _design(
        SIDE_TABLE,
        "round table",
        "Cage",
        99.00,
        "a basket of wire under its top",
        {
            "oak and black": "top=wood:oak frame=painted:black",
            "white and brass": "top=matte:white frame=metal:brass",
            "walnut and steel": "top=wood:walnut frame=metal:steel",
        },
        radius=0.25,
        height=0.42,
        legs="wire",
    ),
    _design(
        SIDE_TABLE,
        "round table",
        "Tray",
        119.00,
        "a rim so that nothing rolls off",
        {
            "mustard": "top=painted:mustard frame=painted:mustard",
            "sage": "top=painted:sage frame=painted:sage",
            "terracotta": "top=painted:terracotta frame=wood:oak",
        },
        radius=0.22,
        height=0.5,
        legs="three",
        tray=0.03,
        thick=0.012,
    ),
    _design(
        SIDE_TABLE,
        "round table",
        "Hairpin",
        89.00,
        "three steel hairpins",
        {"oak": "top=wood:oak frame=painted:black", "marble": "top=marble:white:slate frame=metal:brass"},
        radius=0.23,
        height=0.48,
        legs="hairpin",
    ),
    _design(
        SIDE_TABLE,
        "round table",
        "Drum",
        159.00,
        "a solid drum, inside and out",
        {
            "travertine": "top=marble:cream:sand frame=marble:cream:sand",
            "concrete": "top=concrete:stone frame=concrete:stone",
        },
        radius=0.24,
        height=0.4,
        legs="drum",
        thick=0.04,
    ),
    _design(
        SIDE_TABLE,
        "long table",
        "Night",
        139.00,
        "a shelf below and a shallow drawer",
        {
            "oak": "top=wood:oak frame=wood:oak",
            "white": "top=matte:white frame=painted:white",
            "walnut": "top=wood:walnut frame=wood:walnut",
        },
        length=0.46,
        depth=0.38,
        height=0.52,
        legs="round",
        thick=0.02,
        shelf=True,
    ),
]
