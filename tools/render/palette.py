"""Colours that go together, and what surfaces are made of."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "white": (227, 226, 222),
    "chalk": (229, 224, 214),
    "cream": (233, 220, 194),
    "oat": (212, 197, 172),
    "sand": (196, 173, 138),
    "camel": (172, 125, 78),
    "tan": (158, 98, 52),
    "cognac": (130, 66, 30),
    "chestnut": (92, 46, 26),
    "clay": (190, 118, 86),
    "terracotta": (184, 92, 58),
    "rust": (160, 72, 36),
    "brick": (140, 52, 40),
    "wine": (98, 28, 40),
    "red": (176, 40, 36),
    "coral": (222, 118, 96),
    "blush": (222, 176, 162),
    "rose": (190, 124, 122),
    "plum": (88, 52, 78),
    "lavender": (160, 148, 182),
    "mustard": (202, 150, 44),
    "ochre": (186, 128, 48),
    "lemon": (232, 204, 96),
    "olive": (112, 110, 58),
    "moss": (82, 96, 52),
    "sage": (150, 166, 138),
    "mint": (178, 206, 188),
    "forest": (38, 72, 52),
    "bottle green": (24, 60, 44),
    "teal": (40, 108, 112),
    "petrol": (28, 72, 88),
    "sky": (150, 186, 204),
    "denim": (84, 112, 146),
    "cobalt": (34, 66, 142),
    "navy": (32, 44, 76),
    "ink": (24, 30, 48),
    "mist": (188, 194, 194),
    "stone": (158, 154, 146),
    "grey": (124, 124, 122),
    "slate": (84, 92, 98),
    "charcoal": (54, 54, 56),
    "black": (24, 24, 25),
    # Woods, metals and other surfaces that are called by what they are.
    "oak": (186, 142, 92),
    "ash": (212, 184, 144),
    "beech": (204, 154, 108),
    "walnut": (98, 62, 38),
    "black oak": (40, 34, 30),
    "teak": (150, 92, 50),
    "brass": (214, 168, 88),
    "copper": (206, 122, 86),
    "steel": (190, 190, 188),
    "bronze": (116, 84, 58),
    "rattan": (196, 152, 96),
    "seagrass": (168, 150, 100),
    "clear": (250, 252, 251),
    "smoke": (150, 150, 152),
    "amber": (214, 138, 52),
    "leaf": (52, 98, 44),
    "deep leaf": (26, 70, 36),
    "pale leaf": (128, 156, 104),
    "soil": (48, 36, 28),
    "paper": (240, 234, 220),
}


@dataclass(frozen=True, slots=True)
class Finish:
    """What a surface is made of: `material` names a maker of the module `materials`."""

    material: str
    colour: Colour
    second: Colour
    pattern: str = ""
    """What is woven into it or printed on it, a drawing of the module `patterns`."""


def read_finish(text: str) -> Finish:
    """Return the finish that "material:colour[:second[:pattern]]" names, such as "glaze:sage"."""
    material, colour, *more = text.split(":")
    second = more[0] if more else colour
    return Finish(material, COLOURS[colour], COLOURS[second], more[1] if len(more) > 1 else "")


def read_look(text: str) -> dict[str, Finish]:
    """Return the finish of each part that "seat=wool:sage frame=wood:oak" names; "_" stands for a space."""
    parts = (part.partition("=") for part in text.split())
    return {name: read_finish(finish.replace("_", " ")) for name, _, finish in parts}


def as_linear(colour: Colour) -> tuple[float, float, float, float]:
    """Return a colour of the screen as light adds up, as renderers want it."""
    red, green, blue = (
        (value / 255 / 12.92) if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour
    )
    return red, green, blue, 1.0


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour that has `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """Return a colour nearer to black."""
    return mixed(colour, (0, 0, 0), share)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    """Return a colour nearer to white."""
    return mixed(colour, (255, 255, 255), share)
