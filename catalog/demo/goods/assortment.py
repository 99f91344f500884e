"""What the demo sells: ten kinds of things, two designs of each, in three colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.demo.goods.layer import Colour

COLOURS: dict[str, Colour] = {
    "Snow": (238, 234, 226),
    "Sand": (214, 188, 150),
    "Terracotta": (198, 104, 72),
    "Brick": (158, 62, 52),
    "Blush": (226, 168, 160),
    "Mustard": (216, 168, 62),
    "Sage": (146, 168, 134),
    "Forest": (52, 94, 72),
    "Sky": (138, 178, 208),
    "Ocean": (44, 96, 140),
    "Plum": (112, 62, 98),
    "Graphite": (72, 76, 82),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One design, sold in several colours."""

    code: str
    name: str
    shape: str
    pattern: str
    category: str
    price: str
    text: str
    colours: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One thing that can be bought: a design in a colour."""

    sku: str
    title: str
    colour_name: str
    colour: Colour
    second: Colour
    design: Design
    stock: int

    @property
    def in_stock(self) -> bool:
        """Whether there is one to sell."""
        return self.stock > 0


_LINES = """
MUG1|Ridge mug|mug|striped|Kitchen > Mugs|14.90|Thrown by hand, with fine lines you can feel.|Snow Terracotta Ocean
MUG2|Polka cup|cup|dotted|Kitchen > Mugs|18.50|A low cup on its saucer, dotted all round.|Blush Sky Forest
VAS1|Dune vase|round vase|dipped|Living > Vases|39.00|A round belly, dipped once in glaze.|Sand Sage Plum
VAS2|Reed vase|slim vase|leaf|Living > Vases|45.00|Slim enough for a single branch.|Snow Forest Ocean
LAM1|Evening lamp|table lamp|plain|Living > Lamps|79.00|A linen shade on a stem of brass.|Snow Mustard Brick
LAM2|Pebble lamp|globe lamp|speckled|Living > Lamps|95.00|Speckled clay below, cotton above.|Terracotta Sage Graphite
CHR1|Vera chair|chair|plain|Living > Seating|129.00|Oak legs, and a seat that stays soft.|Mustard Forest Plum
CHR2|Nook armchair|armchair|plain|Living > Seating|349.00|For long evenings with a short book.|Blush Ocean Graphite
TAB1|Trio table|round table|plain|Living > Tables|159.00|Three legs never wobble.|Snow Sage Terracotta
TAB2|Letter desk|desk|plain|Living > Tables|279.00|One drawer for everything that must not lie about.|Sand Sky Graphite
CUS1|Picnic cushion|cushion|checked|Living > Textiles|29.00|Woven cotton with a feather filling.|Brick Sky Sage
CUS2|Wave bolster|bolster|zigzag|Living > Textiles|34.00|A long one for the small of the back.|Mustard Ocean Blush
RUG1|Kilim rug|rug|diamond|Living > Rugs|189.00|Flat-woven wool, 140 by 200 centimetres.|Brick Ocean Forest
RUG2|Ripple rug|round rug|ringed|Living > Rugs|149.00|Round, soft, 160 centimetres across.|Sand Plum Graphite
CLK1|Station clock|wall clock|plain|Living > Clocks|49.00|No numerals, no ticking.|Brick Forest Graphite
CLK2|Tile clock|square clock|bordered|Living > Clocks|59.00|A painted tile in a frame of oak.|Sky Mustard Sage
POT1|Fig pot|leafy pot|ribbed|Garden > Pots|32.00|Comes with its plant, which forgives a lot.|Terracotta Snow Plum
POT2|Desert bowl|cactus pot|zigzag|Garden > Pots|27.00|Comes with its cactus; water it on birthdays.|Sand Sky Brick
BOT1|Cellar bottle|bottle|leaf|Kitchen > Bottles|12.00|Green when empty, better when full.|Forest Plum Ocean
BOT2|Trail flask|flask|striped|Kitchen > Bottles|24.00|Steel inside, hot for twelve hours.|Mustard Blush Graphite
"""


def all_designs() -> list[Design]:
    """Return every design."""
    designs = []
    for line in _LINES.strip().splitlines():
        *texts, colours = line.split("|")
        code, name, shape, pattern, category, price, text = texts
        designs.append(
            Design(
                code=code,
                name=name,
                shape=shape,
                pattern=pattern,
                category=category,
                price=price,
                text=text,
                colours=tuple(colours.split()),
            )
        )
    return designs


def all_articles() -> Iterator[Article]:
    """Yield every design in each of its colours; every eleventh is sold out."""
    pairs = [(design, name) for design in all_designs() for name in design.colours]
    for number, (design, name) in enumerate(pairs):
        colour = COLOURS[name]
        yield Article(
            sku=f"{design.code}-{name[:3].upper()}",
            title=f"{design.name}, {name.lower()}",
            colour_name=name,
            colour=colour,
            second=COLOURS["Snow"] if sum(colour) < 560 else COLOURS["Ocean" if number % 2 else "Terracotta"],
            design=design,
            stock=0 if number % 11 == 5 else 1 + number * 7 % 23,
        )
