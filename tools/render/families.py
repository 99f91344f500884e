"""From what a look is called to the colour and the material that a shop's filters name."""

from __future__ import annotations

from tools.render.goods import Product

FAMILIES = {
    "White": "white chalk opal",
    "Beige": "cream oat sand paper linen camel",
    "Grey": "grey mist stone slate concrete smoke",
    "Black": "black charcoal ink black_oak",
    "Brown": "tan cognac chestnut walnut teak bronze",
    "Natural": "oak ash beech birch rattan seagrass natural",
    "Yellow": "mustard ochre lemon amber",
    "Orange": "terracotta clay rust copper coral",
    "Red": "red brick wine",
    "Pink": "blush rose",
    "Purple": "plum lavender",
    "Green": "olive moss sage mint forest bottle_green teal leaf green",
    "Blue": "petrol sky denim cobalt navy blue",
    "Gold": "brass",
    "Silver": "steel mirror",
    "Clear": "clear",
}
MATERIALS = {
    "Stoneware": "glaze speckled dipped banded matte",
    "Terracotta": "terracotta",
    "Concrete": "concrete",
    "Marble": "marble",
    "Glass": "glass opal mirror",
    "Metal": "metal painted",
    "Wood": "wood",
    "Linen": "linen shade",
    "Wool": "wool",
    "Velvet": "velvet",
    "Leather": "leather",
    "Wicker": "wicker",
    "Wax": "wax",
    "Paper": "printed",
}
_FAMILY_OF = {colour: family for family, colours in FAMILIES.items() for colour in colours.split()}
_NAME_OF = {material: name for name, materials in MATERIALS.items() for material in materials.split()}


def colour_of(product: Product) -> str:
    """Return the family of the first colour that the look is called by, or else of its first part."""
    called = product.look.replace("bottle green", "bottle_green").replace("black oak", "black_oak").split()
    made_of = [word for part in parts_of(product) for word in part[1:]]
    # A wooden thing with a white seat is called by both, and found by its first.
    return next(_FAMILY_OF[word] for word in (*called, *made_of) if word in _FAMILY_OF)


def material_of(product: Product) -> str:
    """Return what its first part is made of, as a shop says it."""
    first = parts_of(product)[0][0]
    if first == "matte" and product.design.kind.category.startswith(("Furniture", "Storage")):
        return "Lacquer"
    return _NAME_OF.get(first, "")


def parts_of(product: Product) -> list[list[str]]:
    """Return material and colours of each part, in the order in which the look names them."""
    return [part.partition("=")[2].split(":") for part in product.design.looks[product.look].split()]
