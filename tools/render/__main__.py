"""Renders the demo shop's goods, see the package."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tqdm import tqdm

import tools.render
from tools.render.build import build
from tools.render.engine import clear
from tools.render.feed import PICTURES, picture_name, write_catalogue
from tools.render.goods import Product, all_products
from tools.render.quiet import quiet
from tools.render.rooms import shoot_photos
from tools.render.studio import VIEWS, Studio


def main() -> None:
    """Render what is missing, then write the catalogue of all that is there."""
    arguments = _parser().parse_args()
    goods = [product for product in all_products() if arguments.only in ("", product.design.kind.name)]
    if arguments.of in ("all", "pictures"):
        _take_pictures(arguments, _part_of(goods[: arguments.limit or None], arguments.part))
    if arguments.of in ("all", "photos"):
        shoot_photos(arguments, goods)
    write_catalogue(arguments.folder, all_products())


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tools.render", description=tools.render.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--of", choices=("all", "pictures", "photos"), default="all")
    parser.add_argument("--only", default="", help="One kind of goods, such as mug.")
    parser.add_argument("--limit", type=int, default=0, help="So many products or photos at most.")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="Pictures of each product.")
    parser.add_argument("--photos", type=int, default=132)
    parser.add_argument("--size", type=int, default=640, help="Side of a shop picture in pixels.")
    parser.add_argument("--photo-size", type=int, default=800, help="Longer side of a photo in pixels.")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--part", default="1/1", help="2/4 is the second quarter of the work.")
    parser.add_argument("--threads", type=int, default=0, help="0 uses every core.")
    parser.add_argument("--seed", type=int, default=2024, help="Of the photos.")
    return parser


def _part_of(goods: list[Product], part: str) -> list[Product]:
    number, count = map(int, part.split("/"))
    return goods[number - 1 :: count]


def _take_pictures(arguments: Namespace, goods: list[Product]) -> None:
    """Build each product that lacks pictures once, and take those."""
    missing = {
        product: [
            place
            for place in range(arguments.pictures)
            if not (arguments.folder / picture_name(product, place)).exists()
        ]
        for product in goods
    }
    total = sum(map(len, missing.values()))
    if not total:
        return
    with tqdm(total=total, desc="Pictures", unit="picture", file=sys.stderr) as bar, quiet():
        studio = Studio(size=arguments.size, samples=arguments.samples, threads=arguments.threads)
        for product, places in missing.items():
            views = VIEWS[product.design.kind.where]
            if not places:
                continue
            thing = build(product)
            for place in places:
                if place < len(views):
                    studio.shoot(thing, views[place], arguments.folder / picture_name(product, place))
                bar.update()
            clear(thing.objects)


if __name__ == "__main__":
    main()
