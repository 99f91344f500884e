"""What the shop says of its goods: titles, descriptions, prices, stock."""

from __future__ import annotations

from tools.render.families import parts_of
from tools.render.goods import Product

CARE = {
    "glaze": "Glazed stoneware, fired twice.",
    "speckled": "Stoneware whose specks come from iron in the clay, so no two pieces are quite alike.",
    "dipped": "Glazed by hand; the line between the two colours is a little different on each piece.",
    "banded": "Painted with a brush, then glazed and fired at 1,240 degrees.",
    "matte": "Matt stoneware that is pleasant to hold.",
    "terracotta": "Unglazed terracotta, which grows more beautiful with age.",
    "concrete": "Cast concrete with small pores, sealed against water.",
    "marble": "Real stone: the veins differ, and that is the point. Wipe acids off at once.",
    "glass": "Mouth-blown glass; small bubbles show that it was made by people.",
    "metal": "Brushed metal under a thin clear lacquer. Dust with a soft cloth.",
    "painted": "Steel with a powder coating that forgives daily use.",
    "wood": "Solid wood from managed forests, oiled. Wipe with a damp cloth and oil it once a year.",
    "linen": "Woven from European flax, washed for softness.",
    "wool": "Pure new wool, warm and naturally dirt-repellent. Air it rather than wash it.",
    "velvet": "Dense cotton velvet that catches the light. Brush with the pile.",
    "leather": "Vegetable-tanned leather that darkens with use.",
    "wicker": "Woven by hand from natural fibres. Keep it away from heaters.",
    "wax": "Rapeseed wax with a cotton wick; it burns evenly and does not drip.",
    "printed": "Printed on uncoated paper and sewn, so that it stays open where you are.",
    "opal": "Opal glass gives soft light without glare. Bulb included.",
    "shade": "The shade is cloth on a steel ring. For bulbs with an E27 cap.",
    "mirror": "Float glass of 4 mm, with fittings for the wall.",
}
OPENINGS = (
    "{name} has {note}.",
    "What makes {name} is {note}.",
    "Our {name} comes with {note}.",
    "{note_}: that is {name}.",
)
CARE_OF = {
    "Kitchen": {
        "glaze": "Glazed stoneware; fine for the dishwasher and the microwave.",
        "matte": "Matt stoneware that is pleasant to hold. Wash by hand to keep the surface even.",
        "painted": "Enamelled steel, light and hard to break.",
    },
    "Textiles": {"linen": "Woven from European flax, washed for softness. Machine wash at 30 degrees."},
    "Furniture": {"matte": "Lacquered in several thin coats. Wipe with a damp cloth."},
    "Storage": {
        "matte": "Lacquered in several thin coats. Wipe with a damp cloth.",
        "linen": "Covered with linen over stiff board. Wipe with a dry cloth.",
    },
}
"""What a material means in one department."""

ENDINGS = ("", "In {look}.", "Delivered in a box without plastic.")
PRESENT, SPARES = "A good present, too.", "Spare parts are available for ten years."
DEAR = frozenset({"walnut", "marble", "brass", "leather", "copper", "cognac"})


def title_of(product: Product) -> str:
    """Return a title such as "Fjord mug, speckled grey"."""
    return f"{product.design.name} {product.design.kind.name}, {product.look}"


def price_of(product: Product) -> str:
    """Return the design's price, a tenth more for dear materials."""
    price = product.design.price
    if DEAR & set(product.look.split()):
        price = round(price * 1.1) - 0.1 if price < 100 else float(round(price * 1.1 / 5) * 5)
    return f"{price:.2f}"


def stock_of(product: Product) -> int:
    """Return how many pieces are there; one in eleven is sold out, and of some there are only a few."""
    return 0 if product.seed % 11 == 0 else 1 + product.seed // 13 % 24


def description_of(product: Product) -> str:
    """Return two or three sentences, the same ones each time."""
    design = product.design
    note = design.note
    opening = OPENINGS[product.seed % len(OPENINGS)].format(
        name=design.name, note=note, note_=note[0].upper() + note[1:]
    )
    endings = (*ENDINGS, PRESENT if design.price < 60 else SPARES)
    ending = endings[product.seed // 7 % len(endings)].format(look=product.look)
    return " ".join(part for part in (opening, *_materials(product), ending) if part)


def _materials(product: Product) -> list[str]:
    """Say how to care for the first material that its look names."""
    first = parts_of(product)[0][0]
    care = CARE | CARE_OF.get(department_of(product), {})
    return [care[first]] if first in care else []


def department_of(product: Product) -> str:
    """Return the uppermost category."""
    return product.design.kind.category.partition(" > ")[0]
