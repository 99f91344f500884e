"""Chairs, armchairs, stools and tables."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

CHAIR = Kind(name="chair", category="Furniture > Chairs", where="floor")
ARMCHAIR = Kind(name="armchair", category="Furniture > Armchairs", where="floor", parts="frame=wood:oak")


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


def _all(finish: str, parts: str = "frame seat back") -> str:
    """Put one finish on several parts."""
    return " ".join(f"{part}={finish}" for part in parts.split())


DESIGNS = [
    _design(
        CHAIR,
        "chair",
        "Alma",
        119.00,
        "a row of turned spindles in its back",
        {"oak": _all("wood:oak"), "black": _all("painted:black"), "sage": _all("painted:sage")},
        back="spindles",
    ),
    _design(
        CHAIR,
        "chair",
        "Hedda",
        149.00,
        "a ladder back and a woven seat",
        {
            "beech": _all("wood:beech") + " weave=wicker:seagrass",
            "walnut": _all("wood:walnut") + " weave=wicker:oat",
            "black": _all("wood:black_oak") + " weave=wicker:rattan",
        },
        back="ladder",
        seat="woven",
    ),
    _design(
        CHAIR,
        "chair",
        "Otto",
        169.00,
        "a padded seat and back in hard-wearing wool",
        {
            "oak and grey": "frame=wood:oak seat=wool:stone",
            "walnut and rust": "frame=wood:walnut seat=wool:rust",
            "oak and petrol": "frame=wood:oak seat=wool:petrol",
        },
        back="pad",
        seat="pad",
        total=0.86,
    ),
    _design(
        CHAIR,
        "chair",
        "Windsor",
        139.00,
        "a bent hoop that carries seven rods",
        {"ash": _all("wood:ash"), "navy": _all("painted:navy"), "mustard": _all("painted:mustard")},
        back="hoop",
        total=0.92,
        splay=0.06,
        width=0.45,
    ),
    _design(
        CHAIR,
        "chair",
        "Bistro",
        129.00,
        "a crossed back known from old cafés",
        {"teak": _all("wood:teak") + " weave=wicker:oat", "white": _all("painted:white") + " weave=wicker:rattan"},
        back="cross",
        seat="woven",
        radius=0.014,
    ),
    _design(
        CHAIR,
        "chair",
        "Captain",
        189.00,
        "arms to lean on through long dinners",
        {
            "oak and cognac": "frame=wood:oak back=wood:oak seat=leather:cognac",
            "black and leather": "frame=wood:black_oak back=wood:black_oak seat=leather:black",
        },
        back="panel",
        seat="pad",
        arms=True,
        total=0.78,
        width=0.48,
    ),
    _design(
        CHAIR,
        "shell chair",
        "Cove",
        99.00,
        "one moulded shell on wooden legs",
        {
            "white": "seat=matte:white frame=wood:beech",
            "blush": "seat=matte:blush frame=wood:beech",
            "petrol": "seat=matte:petrol frame=wood:oak",
        },
    ),
    _design(
        CHAIR,
        "shell chair",
        "Cove Wire",
        109.00,
        "the Cove shell on a frame of steel wire",
        {"black": "seat=matte:black frame=metal:steel", "mustard": "seat=matte:mustard frame=painted:black"},
        legs="wire",
        arms=0.16,
    ),
    _design(
        CHAIR,
        "shell chair",
        "Ply",
        135.00,
        "bent plywood on steel sleds",
        {"oak": "seat=wood:oak frame=painted:black", "walnut": "seat=wood:walnut frame=metal:steel"},
        legs="sled",
        tall=0.34,
    ),
    _design(
        ARMCHAIR,
        "armchair",
        "Nest",
        449.00,
        "round cheeks and a deep seat in boucle",
        {"cream": "seat=wool:cream", "sage": "seat=wool:sage", "rust": "seat=wool:rust"},
        corner=0.42,
    ),
    _design(
        ARMCHAIR,
        "armchair",
        "Club",
        629.00,
        "crisp edges in leather that ages well",
        {"cognac": "seat=leather:cognac frame=wood:walnut", "black": "seat=leather:black frame=metal:steel"},
        corner=0.18,
        back=0.74,
        width=0.82,
    ),
    _design(
        ARMCHAIR,
        "armchair",
        "Lido",
        399.00,
        "an open wooden frame with loose cushions",
        {
            "oak and oat": "seat=linen:oat",
            "walnut and forest": "seat=velvet:forest frame=wood:walnut",
            "teak and denim": "seat=linen:denim frame=wood:teak",
        },
        wood=True,
        width=0.7,
    ),
    _design(
        ARMCHAIR,
        "armchair",
        "Opera",
        519.00,
        "a high back in velvet",
        {
            "petrol": "seat=velvet:petrol frame=metal:brass",
            "mustard": "seat=velvet:mustard",
            "plum": "seat=velvet:plum frame=wood:walnut",
        },
        back=0.98,
        width=0.74,
        corner=0.3,
        legs=0.18,
    ),
]
