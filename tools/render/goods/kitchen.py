"""Mugs, bowls, jugs, teapots and bottles."""

from __future__ import annotations

from typing import Any

from tools.render.goods.design import Design, Kind

MUG = Kind(name="mug", category="Kitchen > Mugs", where="table")
BOWL = Kind(name="bowl", category="Kitchen > Bowls", where="table")
JUG = Kind(name="jug", category="Kitchen > Jugs and teapots", where="table")
TEAPOT = Kind(name="teapot", category="Kitchen > Jugs and teapots", where="table")
BOTTLE = Kind(name="bottle", category="Kitchen > Bottles and carafes", where="table", parts="stopper=wicker:tan")


def _mug(name: str, price: float, note: str, looks: dict[str, str], **measures: Any) -> Design:
    both = {look: f"body={finish} handle={finish}" if "=" not in finish else finish for look, finish in looks.items()}
    return Design(kind=MUG, name=name, shape="mug", price=price, note=note, looks=both, measures=measures)


def _bodied(
    kind: Kind, shape: str, name: str, price: float, note: str, looks: dict[str, str], **measures: Any
) -> Design:
    """A design whose looks name the finish of the body and perhaps others."""
    named = {look: f"body={finish}" for look, finish in looks.items()}
    return Design(kind=kind, name=name, shape=shape, price=price, note=note, looks=named, measures=measures)


def _pot(kind: Kind, name: str, price: float, note: str, looks: dict[str, str], **measures: Any) -> Design:
    named = {
        look: f"body={f.split()[0]} handle={f.split()[0]} knob={f.split()[0]} {' '.join(f.split()[1:])}"
        for look, f in looks.items()
    }
    return Design(kind=kind, name=name, shape=kind.name, price=price, note=note, looks=named, measures=measures)


DESIGNS = [
    _mug(
        "Fjord",
        14.90,
        "straight sides and a roomy handle",
        {"speckled grey": "speckled:mist", "speckled cream": "speckled:cream", "speckled blue": "speckled:denim"},
        profile=[(0.037, 0), (0.040, 0.01), (0.041, 0.05), (0.041, 0.094)],
    ),
    _mug(
        "Luna",
        16.50,
        "a round belly that keeps tea warm",
        {"sage": "glaze:sage", "blush": "glaze:blush", "petrol": "glaze:petrol", "white": "glaze:white"},
        profile=[(0.028, 0), (0.043, 0.02), (0.049, 0.045), (0.043, 0.075), (0.039, 0.084)],
        handle="ring",
    ),
    _mug(
        "Tide",
        17.90,
        "a glaze that is dipped twice by hand",
        {
            "sand and navy": "dipped:sand:navy",
            "cream and rust": "dipped:cream:rust",
            "chalk and teal": "dipped:chalk:teal",
        },
        profile=[(0.033, 0), (0.036, 0.02), (0.040, 0.06), (0.044, 0.1)],
        reach=0.032,
    ),
    _mug(
        "Enna",
        9.90,
        "rolled enamel over steel, for camp and kitchen",
        {
            "white and navy": "body=painted:white handle=painted:navy",
            "mustard": "painted:mustard",
            "forest": "painted:forest",
        },
        profile=[(0.041, 0), (0.043, 0.006), (0.043, 0.075), (0.045, 0.08)],
        wall=0.0025,
    ),
    _mug(
        "Kiri",
        12.50,
        "no handle, and a foot that stands steady",
        {"matt black": "matte:black", "terracotta": "terracotta:terracotta", "oat": "speckled:oat"},
        profile=[(0.026, 0), (0.03, 0.012), (0.038, 0.04), (0.0405, 0.072)],
        handle="none",
    ),
    _mug(
        "Carré",
        13.90,
        "a square handle and painted bands",
        {"blue bands": "banded:white:cobalt", "ochre bands": "banded:cream:ochre"},
        profile=[(0.039, 0), (0.0415, 0.008), (0.0415, 0.08), (0.0415, 0.086)],
        handle="square",
        reach=0.026,
    ),
    _bodied(
        BOWL,
        "bowl",
        "Dune",
        19.90,
        "a wide, low rim for salads and pasta",
        {"speckled sand": "speckled:sand", "chalk": "glaze:chalk", "moss": "glaze:moss"},
        profile=[(0.05, 0), (0.056, 0.006), (0.09, 0.03), (0.125, 0.062)],
    ),
    _bodied(
        BOWL,
        "bowl",
        "Mori",
        34.00,
        "one piece of wood, oiled by hand",
        {"oak": "wood:oak", "walnut": "wood:walnut", "ash": "wood:ash"},
        profile=[(0.05, 0), (0.085, 0.02), (0.11, 0.06), (0.115, 0.095)],
        wall=0.009,
    ),
    _bodied(
        BOWL,
        "bowl",
        "Rice",
        11.50,
        "a high foot, just right for two hands",
        {"cobalt bands": "banded:white:cobalt", "celadon": "glaze:mint", "ink": "glaze:ink"},
        profile=[(0.03, 0), (0.028, 0.012), (0.05, 0.03), (0.065, 0.055), (0.07, 0.074)],
        wall=0.004,
    ),
    _bodied(
        BOWL,
        "bowl",
        "Strada",
        39.00,
        "thick walls cut from solid stone",
        {"white marble": "marble:white:slate", "green marble": "marble:forest:sage"},
        profile=[(0.09, 0), (0.12, 0.025), (0.14, 0.055), (0.145, 0.07)],
        wall=0.012,
    ),
    _pot(
        JUG,
        "Anna",
        29.00,
        "a clean spout that does not drip",
        {"white": "glaze:white", "sky": "glaze:sky", "mustard": "glaze:mustard"},
        profile=[(0.05, 0), (0.066, 0.03), (0.07, 0.07), (0.052, 0.13), (0.046, 0.165), (0.055, 0.2)],
    ),
    _pot(
        JUG,
        "Dairy",
        24.00,
        "straight enamelled sides and a wide mouth",
        {"cream": "painted:cream", "sage": "painted:sage", "coral": "painted:coral"},
        profile=[(0.062, 0), (0.064, 0.02), (0.055, 0.14), (0.05, 0.19)],
        wall=0.003,
    ),
    _pot(
        JUG,
        "Vik",
        32.00,
        "a narrow neck and two glazes",
        {"oat and ink": "dipped:oat:ink", "clay and cream": "dipped:clay:cream"},
        profile=[(0.045, 0), (0.078, 0.04), (0.074, 0.09), (0.04, 0.15), (0.036, 0.19), (0.044, 0.23)],
    ),
    _pot(
        TEAPOT,
        "Ume",
        42.00,
        "a bowed handle and room for four cups",
        {"matt black": "matte:black", "celadon": "glaze:mint", "speckled rust": "speckled:rust"},
        profile=[(0.05, 0), (0.08, 0.03), (0.084, 0.06), (0.06, 0.095), (0.042, 0.104)],
        bow=True,
    ),
    _pot(
        TEAPOT,
        "Greta",
        38.00,
        "a tall round belly and a lid that stays on",
        {"cobalt": "glaze:cobalt", "cream": "speckled:cream", "blush": "glaze:blush"},
        profile=[(0.045, 0), (0.07, 0.03), (0.08, 0.07), (0.062, 0.115), (0.04, 0.135)],
    ),
    _bodied(
        BOTTLE,
        "bottle",
        "Aqua",
        22.00,
        "a slim neck and a natural cork",
        {"clear": "glass:clear", "smoke": "glass:smoke", "bottle green": "glass:sage"},
        profile=[(0.04, 0), (0.043, 0.01), (0.043, 0.15), (0.03, 0.2), (0.017, 0.23), (0.017, 0.28)],
    ),
    _bodied(
        BOTTLE,
        "bottle",
        "Bell",
        36.00,
        "a wide base and a ball that closes it",
        {
            "amber": "glass:amber stopper=glass:amber",
            "clear": "glass:clear stopper=wood:oak",
            "rose": "glass:rose stopper=glass:rose",
        },
        profile=[(0.075, 0), (0.08, 0.015), (0.06, 0.09), (0.025, 0.15), (0.022, 0.2), (0.03, 0.225)],
        stopper="ball",
    ),
    _bodied(
        BOTTLE,
        "bottle",
        "Hike",
        27.50,
        "double steel walls and a screw cap",
        {
            "forest": "painted:forest stopper=metal:steel",
            "terracotta": "painted:terracotta stopper=metal:steel",
            "sand": "painted:sand stopper=wood:beech",
            "steel": "metal:steel stopper=painted:black",
        },
        profile=[(0.034, 0), (0.036, 0.008), (0.036, 0.19), (0.03, 0.215), (0.022, 0.225), (0.022, 0.24)],
        stopper="cap",
    ),
    _bodied(
        BOTTLE,
        "bottle",
        "Olio",
        18.90,
        "stoneware that keeps oil from the light",
        {"speckled white": "speckled:white", "matt olive": "matte:olive", "clay": "terracotta:clay"},
        profile=[(0.045, 0), (0.05, 0.02), (0.05, 0.09), (0.03, 0.13), (0.014, 0.15), (0.014, 0.19)],
    ),
]
