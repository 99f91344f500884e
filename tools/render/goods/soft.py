"""Cushions, poufs, rugs and bags."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

CUSHION = Kind(name="cushion", category="Textiles > Cushions", where="seat")
POUF = Kind(name="pouf", category="Textiles > Poufs", where="floor")
RUG = Kind(name="rug", category="Textiles > Rugs", where="flat", parts="fringe=linen:cream")
BAG = Kind(name="bag", category="Accessories > Bags", where="table")


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


def _cushion(name: str, price: float, note: str, looks: dict[str, str], **measures: Any) -> Design:
    named = {look: "body={} trim={}".format(*finishes.split()) for look, finishes in looks.items()}
    return _design(CUSHION, "cushion", name, price, note, named, **measures)


def _rug(name: str, price: float, note: str, pattern: str, looks: dict[str, str], **measures: Any) -> Design:
    named = {look: f"body=wool:{colours}:{pattern}" for look, colours in looks.items()}
    return _design(RUG, "rug", name, price, note, named, **measures)


DESIGNS = [
    _cushion(
        "Lin",
        29.90,
        "washed linen and a fine piping",
        {
            "sage": "linen:sage linen:sage",
            "rust": "linen:rust linen:rust",
            "oat": "linen:oat linen:white",
            "navy": "linen:navy linen:navy",
        },
    ),
    _cushion(
        "Plush",
        34.90,
        "velvet that changes with the light",
        {
            "mustard": "velvet:mustard velvet:mustard",
            "petrol": "velvet:petrol velvet:petrol",
            "rose": "velvet:rose velvet:rose",
        },
        edge="none",
    ),
    _cushion(
        "Breton",
        27.90,
        "stripes like a sailor's shirt",
        {
            "white and navy": "linen:white:navy:stripes linen:navy",
            "cream and brick": "linen:cream:brick:fine_stripes linen:brick",
        },
    ),
    _cushion(
        "Grove",
        32.90,
        "twigs that are printed by hand",
        {
            "forest on cream": "linen:cream:forest:leaves linen:forest",
            "chalk on denim": "linen:denim:chalk:leaves linen:chalk",
        },
    ),
    _cushion(
        "Oslo",
        39.90,
        "a long shape for the small of the back",
        {"grey check": "wool:mist:charcoal:check wool:charcoal", "clay grid": "wool:clay:cream:grid wool:cream"},
        width=0.6,
        height=0.38,
        edge="fringe",
    ),
    _cushion(
        "Souk",
        36.90,
        "diamonds and four tassels",
        {"ochre": "wool:cream:ochre:kilim wool:ochre", "plum": "wool:oat:plum:kilim wool:plum"},
        edge="tassels",
        width=0.45,
        height=0.45,
    ),
    _design(
        POUF,
        "pouf",
        "Marrakesh",
        129.00,
        "leather panels sewn by hand",
        {"cognac": "body=leather:cognac trim=leather:tan", "black": "body=leather:black trim=leather:charcoal"},
        seams=10,
    ),
    _design(
        POUF,
        "pouf",
        "Knot",
        99.00,
        "a plump shape in thick wool",
        {
            "cream": "body=wool:cream trim=wool:cream",
            "moss": "body=wool:moss trim=wool:moss",
            "blush": "body=wool:blush trim=wool:blush",
        },
        seams=6,
        height=0.4,
    ),
    _design(
        POUF,
        "pouf",
        "Dice",
        89.00,
        "a soft cube that doubles as a table",
        {"grey": "body=linen:stone trim=linen:white", "rust": "body=velvet:rust trim=velvet:rust"},
        cube=True,
        radius=0.22,
        height=0.4,
    ),
    _rug(
        "Atlas",
        249.00,
        "uneven diamonds knotted in wool",
        "lattice",
        {"cream and black": "cream:charcoal", "oat and rust": "oat:rust"},
        width=1.4,
        length=2.0,
        fringe=True,
    ),
    _rug(
        "Anatol",
        289.00,
        "stepped diamonds between borders",
        "kilim",
        {"brick": "oat:brick", "petrol": "cream:petrol", "ochre": "cream:ochre"},
        width=1.3,
        length=2.0,
        fringe=True,
    ),
    _rug(
        "Shore",
        149.00,
        "broad and narrow bands",
        "blocks",
        {"white and denim": "white:denim", "cream and sage": "cream:sage"},
        width=1.2,
        length=1.8,
    ),
    _rug(
        "Frame",
        179.00,
        "one line that runs around it",
        "border",
        {"stone": "stone:white", "forest": "forest:cream", "clay": "clay:cream"},
        width=1.4,
        length=2.0,
    ),
    _rug(
        "Arcade",
        219.00,
        "arches in row after row",
        "arches",
        {"blush and wine": "blush:wine", "sand and teal": "sand:teal"},
        width=1.4,
        length=1.9,
    ),
    _design(
        RUG,
        "round rug",
        "Coil",
        119.00,
        "a jute rope sewn in a spiral",
        {
            "natural": "body=wicker:rattan second=wicker:rattan",
            "black rings": "body=wicker:sand second=wicker:charcoal",
        },
        radius=0.75,
    ),
    _design(
        BAG,
        "bag",
        "Errand",
        24.90,
        "heavy canvas and long handles",
        {
            "natural": "body=linen:oat strap=linen:oat trim=linen:oat",
            "navy": "body=linen:navy strap=linen:navy trim=linen:navy",
            "stripes": "body=linen:white:navy:stripes strap=linen:navy trim=linen:navy",
        },
    ),
    _design(
        BAG,
        "bag",
        "Harbour",
        69.00,
        "a leather base and leather handles",
        {
            "oat and cognac": "body=linen:oat strap=leather:cognac trim=leather:cognac",
            "forest and tan": "body=linen:forest strap=leather:tan trim=leather:tan",
        },
        base=0.1,
        width=0.44,
        height=0.32,
        depth=0.16,
    ),
    _design(
        BAG,
        "bag",
        "Clerk",
        189.00,
        "full leather and a pocket in front",
        {
            "cognac": "body=leather:cognac strap=leather:cognac trim=leather:cognac",
            "black": "body=leather:black strap=leather:black trim=leather:black",
            "wine": "body=leather:wine strap=leather:wine trim=leather:wine",
        },
        pocket=True,
        width=0.36,
        height=0.29,
        depth=0.13,
        strap=0.16,
    ),
    _design(
        BAG,
        "bag",
        "Moonrise",
        79.00,
        "a round body and a short strap",
        {
            "mustard": "body=velvet:mustard strap=leather:tan trim=leather:tan",
            "blush": "body=leather:blush strap=leather:blush trim=leather:blush",
        },
        round_=True,
        width=0.32,
        height=0.26,
        strap=0.2,
    ),
]
