"""Vases, plants, candles, clocks, mirrors and notebooks."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

VASE = Kind(name="vase", category="Decoration > Vases", where="table")
PLANT = Kind(
    name="plant pot", category="Decoration > Plants and pots", where="floor",
    parts="soil=soil:soil leaf=leaf:leaf:pale_leaf stem=wicker:chestnut stand=wood:oak",
)  # fmt: skip
CANDLE = Kind(name="candle", category="Decoration > Candles", where="table", parts="wick=linen:cream lid=wood:oak")


def _design(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=looks, measures=measures)


def _vase(
    name: str, price: float, note: str, looks: dict[str, str], profile: list[tuple[float, float]], **measures: Any
) -> Design:
    named = {look: f"body={finish}" for look, finish in looks.items()}
    return _design(VASE, "vase", name, price, note, named, profile=profile, **measures)


DESIGNS = [
    _vase(
        "Amphora",
        49.00,
        "two small ears and a narrow foot",
        {"terracotta": "terracotta:terracotta", "chalk": "matte:chalk", "ink and oat": "dipped:oat:ink"},
        [(0.05, 0), (0.09, 0.07), (0.105, 0.15), (0.07, 0.23), (0.042, 0.27), (0.056, 0.31)],
        ears=0.22,
    ),
    _vase(
        "Bud",
        19.90,
        "a neck for a single stem",
        {"blush": "glaze:blush", "petrol": "glaze:petrol", "speckled white": "speckled:white"},
        [(0.03, 0), (0.05, 0.025), (0.05, 0.05), (0.018, 0.085), (0.013, 0.12), (0.018, 0.15)],
    ),
    _vase(
        "Cylinder",
        32.00,
        "straight walls for long stems",
        {"clear": "glass:clear", "smoke": "glass:smoke", "sage bands": "banded:chalk:sage"},
        [(0.052, 0), (0.055, 0.01), (0.055, 0.15), (0.055, 0.25)],
    ),
    _vase(
        "Moon",
        59.00,
        "a full round body and a small mouth",
        {"white": "matte:white", "celadon": "glaze:mint", "rust": "glaze:rust"},
        [(0.05, 0), (0.1, 0.04), (0.125, 0.11), (0.1, 0.185), (0.045, 0.215), (0.042, 0.23)],
    ),
    _vase(
        "Flute",
        39.00,
        "a waist and an opening like a flower",
        {"amber": "glass:amber", "cobalt": "glass:denim", "matt black": "matte:black"},
        [(0.05, 0), (0.048, 0.03), (0.032, 0.1), (0.04, 0.19), (0.075, 0.27)],
        wall=0.004,
    ),
    _design(
        PLANT,
        "pot",
        "Nora",
        39.00,
        "a stand of oak and a snake plant in it",
        {
            "white": "body=matte:white leaf=leaf:deep_leaf:pale_leaf",
            "clay": "body=terracotta:clay leaf=leaf:deep_leaf:pale_leaf",
            "black": "body=matte:black leaf=leaf:deep_leaf:pale_leaf stand=wood:walnut",
        },
        profile=[(0.1, 0), (0.12, 0.01), (0.125, 0.2)],
        plant="snake",
        size=0.5,
        legs=0.14,
    ),
    _design(
        PLANT,
        "pot",
        "Siena",
        24.00,
        "a saucer of its own and a cactus",
        {
            "terracotta": "body=terracotta:terracotta leaf=leaf:moss:sage",
            "grey": "body=concrete:stone leaf=leaf:moss:sage",
        },
        profile=[(0.05, 0), (0.07, 0.08), (0.078, 0.082), (0.08, 0.11)],
        plant="cactus",
        size=0.17,
        saucer=True,
    ),
    _design(
        PLANT,
        "pot",
        "Jungle",
        89.00,
        "a rubber plant with glossy leaves",
        {"concrete": "body=concrete:mist leaf=leaf:deep_leaf:leaf", "sage": "body=glaze:sage leaf=leaf:deep_leaf:leaf"},
        profile=[(0.12, 0), (0.17, 0.08), (0.18, 0.2), (0.165, 0.28)],
        plant="rubber",
        size=0.85,
    ),
    _design(
        PLANT,
        "pot",
        "Sill",
        29.00,
        "a fern for half-shady sills",
        {
            "blue bands": "body=banded:white:cobalt",
            "mustard": "body=glaze:mustard",
            "speckled oat": "body=speckled:oat",
        },
        profile=[(0.055, 0), (0.08, 0.03), (0.085, 0.08), (0.078, 0.12)],
        plant="fern",
        size=0.22,
    ),
    _design(
        PLANT,
        "pot",
        "Olea",
        119.00,
        "an olive tree that likes the sun",
        {"terracotta": "body=terracotta:clay leaf=leaf:olive:sage", "chalk": "body=matte:chalk leaf=leaf:olive:sage"},
        profile=[(0.11, 0), (0.15, 0.18), (0.165, 0.185), (0.168, 0.24)],
        plant="olive",
        size=0.9,
    ),
    _design(
        PLANT,
        "pot",
        "Cascade",
        34.00,
        "ivy that falls over the rim",
        {"petrol": "body=glaze:petrol", "white marble": "body=marble:white:slate"},
        profile=[(0.06, 0), (0.08, 0.06), (0.08, 0.2)],
        plant="trailing",
        size=0.24,
    ),
    _design(
        CANDLE,
        "candle",
        "Hygge",
        24.00,
        "a jar to use again and a wooden lid",
        {
            "amber glass": "jar=glass:amber wax=wax:cream",
            "smoke glass": "jar=glass:smoke wax=wax:white",
            "sage": "jar=glaze:sage wax=wax:cream",
        },
        radius=0.042,
        height=0.095,
        jar=True,
        lid=True,
    ),
    _design(
        CANDLE,
        "candle",
        "Pillar",
        12.90,
        "clean edges and fifty hours of light",
        {"cream": "wax=wax:cream", "brick": "wax=wax:brick", "forest": "wax=wax:forest"},
        radius=0.036,
        height=0.16,
    ),
    _design(
        CANDLE,
        "candle",
        "Trident",
        29.00,
        "three wicks in a wide bowl",
        {
            "terracotta": "jar=terracotta:terracotta wax=wax:cream",
            "white": "jar=speckled:white wax=wax:white",
            "concrete": "jar=concrete:stone wax=wax:oat",
        },
        radius=0.075,
        height=0.075,
        jar=True,
        wicks=3,
    ),
    _design(
        CANDLE,
        "candlestick",
        "Turner",
        27.00,
        "a turned holder and a dinner candle",
        {
            "oak and white": "body=wood:oak wax=wax:white",
            "brass and navy": "body=metal:brass wax=wax:navy",
            "black and rust": "body=painted:black wax=wax:rust",
        },
        profile=[(0.045, 0), (0.044, 0.01), (0.014, 0.025), (0.018, 0.05), (0.01, 0.075), (0.02, 0.095), (0.018, 0.11)],
    ),
    _design(
        CANDLE,
        "candlestick",
        "Choir",
        54.00,
        "three holders at three heights",
        {"brass": "body=metal:brass wax=wax:cream", "marble": "body=marble:white:slate wax=wax:blush"},
        arms=3,
        profile=[(0.038, 0), (0.036, 0.012), (0.01, 0.02), (0.009, 0.06), (0.017, 0.075), (0.017, 0.09)],
        taper=0.18,
    ),
]
