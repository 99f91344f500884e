"""Table lamps and floor lamps."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

_WARM = "bulb=bulb:cream metal=metal:brass globe=opal:white"
TABLE_LAMP = Kind(name="table lamp", category="Lighting > Table lamps", where="table", parts=_WARM)
FLOOR_LAMP = Kind(name="floor lamp", category="Lighting > Floor lamps", where="floor", parts=_WARM)


def _lamp(kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


DESIGNS = [
    _lamp(
        TABLE_LAMP,
        "table lamp",
        "Pebble",
        69.00,
        "a rounded ceramic foot under a linen shade",
        {
            "sage": "base=glaze:sage shade=shade:cream",
            "white": "base=speckled:white shade=shade:oat",
            "terracotta": "base=terracotta:terracotta shade=shade:cream",
        },
        profile=[(0.06, 0), (0.1, 0.03), (0.115, 0.085), (0.085, 0.15), (0.03, 0.19), (0.022, 0.21)],
        shade=(0.15, 0.11, 0.18),
    ),
    _lamp(
        TABLE_LAMP,
        "table lamp",
        "Column",
        89.00,
        "a straight foot of solid material and a drum shade",
        {
            "oak": "base=wood:oak shade=shade:white",
            "white marble": "base=marble:white:slate shade=shade:oat",
            "walnut and black": "base=wood:walnut shade=shade:charcoal",
        },
        profile=[(0.05, 0), (0.052, 0.004), (0.052, 0.24), (0.05, 0.245)],
        shade=(0.14, 0.14, 0.17),
    ),
    _lamp(
        TABLE_LAMP,
        "table lamp",
        "Gourd",
        98.00,
        "two bulbs of glazed clay, one on the other",
        {
            "petrol": "base=glaze:petrol shade=shade:cream",
            "mustard": "base=glaze:mustard shade=shade:white",
            "rust": "base=glaze:rust shade=shade:oat",
        },
        profile=[(0.055, 0), (0.095, 0.04), (0.09, 0.1), (0.045, 0.15), (0.06, 0.2), (0.055, 0.24), (0.02, 0.28)],
        shade=(0.18, 0.1, 0.2),
    ),
    _lamp(
        TABLE_LAMP,
        "desk lamp",
        "Ask",
        79.00,
        "two arms that stay where you leave them",
        {
            "mustard": "base=painted:mustard shade=painted:mustard metal=painted:black",
            "black": "base=painted:black shade=painted:black metal=metal:brass",
            "sage": "base=painted:sage shade=painted:sage metal=metal:steel",
        },
    ),
    _lamp(
        TABLE_LAMP,
        "desk lamp",
        "Notary",
        95.00,
        "a bell of spun steel and a heavy foot",
        {
            "navy and brass": "base=metal:brass shade=painted:navy metal=metal:brass",
            "white and oak": "base=wood:oak shade=painted:white metal=metal:steel",
            "brick": "base=painted:brick shade=painted:brick metal=metal:steel",
        },
        height=0.4,
        reach=0.22,
        head="bell",
    ),
    _lamp(
        TABLE_LAMP,
        "globe lamp",
        "Moon",
        59.00,
        "one globe of opal glass that sits in its foot",
        {"oak": "base=wood:oak", "brass": "base=metal:brass", "black": "base=painted:black"},
        radius=0.11,
        foot=0.075,
    ),
    _lamp(
        TABLE_LAMP,
        "globe lamp",
        "Trio",
        119.00,
        "three globes at three heights",
        {"brass": "base=metal:brass", "black": "base=painted:black metal=painted:black"},
        radius=0.06,
        foot=0.1,
        height=0.34,
        count=3,
    ),
    _lamp(
        FLOOR_LAMP,
        "tripod lamp",
        "Heron",
        159.00,
        "three slender legs and a wide shade",
        {
            "oak and cream": "base=wood:oak shade=shade:cream",
            "walnut and white": "base=wood:walnut shade=shade:white",
            "black and mustard": "base=wood:black_oak shade=shade:mustard",
        },
    ),
    _lamp(
        FLOOR_LAMP,
        "tripod lamp",
        "Atelier",
        189.00,
        "sturdy legs and a tall drum",
        {"ash and grey": "base=wood:ash shade=shade:stone", "teak and oat": "base=wood:teak shade=shade:oat"},
        height=0.95,
        spread=0.34,
        shade=(0.2, 0.2, 0.42),
    ),
    _lamp(
        FLOOR_LAMP,
        "arc lamp",
        "Bow",
        229.00,
        "a bow that reaches over the sofa",
        {
            "brass": "base=marble:white:slate metal=metal:brass shade=metal:brass",
            "black": "base=marble:charcoal:mist metal=painted:black shade=painted:black",
            "white": "base=marble:white:slate metal=metal:steel shade=painted:white",
        },
    ),
    _lamp(
        FLOOR_LAMP,
        "pole lamp",
        "Reader",
        129.00,
        "a straight pole and a shade at the right height",
        {
            "brass and linen": "base=metal:brass shade=shade:oat",
            "black and white": "base=painted:black metal=painted:black shade=shade:white",
            "steel and blue": "base=metal:steel metal=metal:steel shade=shade:denim",
        },
    ),
    _lamp(
        FLOOR_LAMP,
        "pole lamp",
        "Lantern",
        149.00,
        "a globe that glows like a full moon",
        {"brass": "base=metal:brass", "black": "base=painted:black metal=painted:black"},
        height=1.25,
        globe=0.16,
    ),
    _lamp(
        FLOOR_LAMP,
        "pole lamp",
        "Butler",
        179.00,
        "a tray half-way up for book and cup",
        {
            "oak": "base=wood:oak tray=wood:oak shade=shade:cream",
            "walnut": "base=wood:walnut tray=wood:walnut shade=shade:white",
        },
        table=0.2,
        shade=(0.22, 0.17, 0.24),
    ),
]
