"""Where phone photos are taken: a product in a furnished corner, with other goods and trifles around it."""

from __future__ import annotations

import csv
import math
import random
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix, Vector
from PIL import Image
from tqdm import tqdm

from tools.render.build import build
from tools.render.engine import clear, hurry, new_camera, new_scene, render, set_world
from tools.render.feed import PHOTO_COLUMNS, write_csv
from tools.render.goods import Product
from tools.render.maker import Maker
from tools.render.phone import as_jpeg, as_phone_photo
from tools.render.quiet import quiet
from tools.render.studio import corners, look_at, seen
from tools.render.surroundings import add_trifle, furnish, light_room, table_height

SMALLEST, LARGEST = 0.14, 0.42
"""Share of a photo that the box of its product is to take up; what is thin or cut off takes up less."""
BACK = {"wall": 0.68, "flat": 1.3, "floor": 0.95, "seat": 0.6, "table": 0.55}
"""How far behind the product the wall stands, in metres."""
SHOWN = 0.7
"""Share of the product that nothing may hide."""


def shoot_photos(arguments: Namespace, goods: Sequence[Product]) -> None:
    """Take the photos that are missing, each from chances of its own, and write down the right answers."""
    folder: Path = arguments.folder
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    answers = _read_answers(folder / "photos.csv")
    wanted = _wanted(goods, arguments)
    number, count = map(int, arguments.part.split("/"))
    missing = [(name, product) for name, product in wanted if not ((folder / name).exists() and name in answers)]
    if not missing:
        return
    with tqdm(missing[number - 1 :: count], desc="Photos", unit="photo", file=sys.stderr) as bar, quiet():
        corner = Corner(samples=arguments.samples, threads=arguments.threads)
        for name, product in bar:
            box = corner.shoot(
                product, goods, random.Random(f"{arguments.seed} {name}"), arguments.photo_size, folder / name
            )
            # Read again, since other parts of the work write into it as well.
            answers = _read_answers(folder / "photos.csv") | {name: (product.sku, box)}
            rows = [{"photo": photo, "sku": sku, "box": at} for photo, (sku, at) in sorted(answers.items())]
            write_csv(folder / "photos.csv", PHOTO_COLUMNS, rows)


def _read_answers(path: Path) -> dict[str, tuple[str, str]]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["photo"]: (row["sku"], row["box"]) for row in csv.DictReader(file)}


def _wanted(goods: Sequence[Product], arguments: Namespace) -> list[tuple[str, Product]]:
    """Deal the photos out so that each kind gets its share, and no product two before all have one."""
    random_ = random.Random(arguments.seed)
    kinds: dict[str, list[Product]] = {}
    for product in random_.sample(list(goods), len(goods)):
        kinds.setdefault(product.design.kind.name, []).append(product)
    dealt: list[Product] = []
    while any(kinds.values()):
        dealt += [products.pop() for products in kinds.values() if products]
    count = min(arguments.photos, arguments.limit or arguments.photos)
    return [(f"photos/{place + 1:03d}.jpg", product) for place, product in enumerate(dealt[:count])]


class Corner:
    """A scene that is furnished anew for every photo."""

    def __init__(self, *, samples: int, threads: int) -> None:
        self.scene = new_scene(width=64, height=64, samples=samples, threads=threads)
        hurry(self.scene, samples)
        self.camera = new_camera(self.scene, lens=28)
        self.sky = set_world(self.scene)

    def shoot(self, product: Product, goods: Sequence[Product], random_: random.Random, size: int, path: Path) -> str:
        """Take a photo and return the box of the product as "x,y,width,height" in fractions."""
        where = product.design.kind.where
        top = 0.74 if where in ("table", "seat") and random_.random() < 0.85 else table_height(where)
        room = furnish(random_, top, BACK[where] if not top else 0.55, is_wall_free=where == "wall")
        thing = build(product)
        _put(thing, where, top, random_)
        points = corners(thing)
        others = self._put_others(room, product, goods, random_, points, top)
        lamps = light_room(random_, self.sky, tuple(sum(points, Vector()) / len(points)))
        self._aim(points, where, random_, size)
        others = self._keep_visible(thing, others, points)
        box, render_ = self._box(points), self.scene.render
        taken = render(self.scene).resize((render_.resolution_x, render_.resolution_y), Image.Resampling.LANCZOS)
        image = as_phone_photo(taken, random_)
        path.write_bytes(as_jpeg(image, random_))
        clear([*room.objects, *thing.objects, *lamps, *(part for other in others for part in other.objects)])
        return box

    def _put_others(
        self, room: Maker, product: Product, goods: Sequence[Product], random_: random.Random, points: Any, top: float
    ) -> list[Maker]:
        """Put goods of other kinds, and trifles, beside and behind the product."""
        where = product.design.kind.where
        fitting = [
            other for other in goods
            if other.design.kind != product.design.kind and other.design.kind.where == ("table" if top else "floor")
        ]  # fmt: skip
        width = max(abs(point.x) for point in points)
        others: list[Maker] = []
        for side in random_.sample((-1, 1), random_.randint(1, 2)) if fitting and where != "flat" else ():
            other = build(random_.choice(fitting))
            reach = max(max(abs(point.x), abs(point.y)) for point in corners(other))
            x = side * (width + reach + random_.uniform(0.02, 0.12 if top else 0.3))
            y = random_.uniform(0.0, 0.28 if top else 0.35)
            other.place(Matrix.Translation((x, y, top)) @ Matrix.Rotation(random_.uniform(-0.6, 0.6), 4, "Z"))
            others.append(other)
        for _ in range(random_.randint(1, 3)):
            angle = random_.uniform(-0.3, math.pi + 0.3)
            reach = width + random_.uniform(0.12, 0.3)
            add_trifle(room, random_, reach * math.cos(angle), min(reach * math.sin(angle) * 0.6, 0.35), top)
        return others

    def _aim(self, points: Any, where: str, random_: random.Random, size: int) -> None:
        """Hold the phone so that the product fills a chance share of the photo."""
        render_ = self.scene.render
        upright = random_.random() < 0.35
        short = round(size * 0.75)
        render_.resolution_x, render_.resolution_y = (short, size) if upright else (size, short)
        camera = self.camera
        camera.data.lens, camera.data.clip_start = random_.choice((24, 26, 28, 35, 50)), 0.02
        around = math.radians(random_.uniform(-38, 38))
        above = math.radians(
            {"flat": random_.uniform(30, 55), "wall": random_.uniform(-6, 16)}.get(where, random_.uniform(10, 38))
        )
        way = Vector((math.sin(around) * math.cos(above), -math.cos(around) * math.cos(above), math.sin(above)))
        middle = sum(points, Vector()) / len(points)
        reach = max((point - middle).length for point in points)
        target = middle + Vector(random_.uniform(-0.18, 0.18) * reach for _ in range(3))
        roll, wanted, distance = math.radians(random_.gauss(0, 3.5)), random_.uniform(SMALLEST, LARGEST), reach * 4
        for _ in range(6):
            look_at(camera, target + way * distance, target, roll)
            left, right, low, high = seen(self.scene, camera, points)
            # What is long and thin comes no nearer than it fits.
            near = math.sqrt((right - left) * (high - low) / wanted)
            distance *= max(near, right - left, high - low)
        look_at(camera, target + way * distance, target, roll)
        camera.data.dof.use_dof, camera.data.dof.focus_distance = True, distance
        camera.data.dof.aperture_fstop = random_.uniform(0.25, 0.9) / max(0.15, distance) * 2.2
        bpy.context.view_layer.update()

    def _keep_visible(self, thing: Maker, others: list[Maker], points: Any) -> list[Maker]:
        """Take away other goods while they hide too much of the product."""
        while others and self._share_shown(thing, points) < SHOWN:
            clear(others.pop().objects)
        return others

    def _share_shown(self, thing: Maker, points: Any) -> float:
        """Ask of places on the product whether something else stands before them; its own back does not count."""
        graph, eye = bpy.context.evaluated_depsgraph_get(), self.camera.matrix_world.translation
        names = {part.name for part in thing.objects}
        hits = [self.scene.ray_cast(graph, eye, (p - eye).normalized()) for p in points[:: max(1, len(points) // 150)]]
        return sum(not hit[0] or hit[4].name in names for hit in hits) / len(hits)

    def _box(self, points: Any) -> str:
        left, right, low, high = (min(1.0, max(0.0, edge)) for edge in seen(self.scene, self.camera, points))
        return ",".join(f"{value:.4f}" for value in (left, 1 - high, right - left, high - low))


def _put(thing: Maker, where: str, top: float, random_: random.Random) -> None:
    if where == "wall":
        thing.place(Matrix.Translation((0, 0.0, random_.uniform(0.9, 1.2))))
        back = max(point.y for point in corners(thing))
        thing.place(Matrix.Translation((0, 0.68 - back, 0)))
        return
    turn = random_.uniform(-0.9, 0.9) if where != "flat" else random_.uniform(-0.5, 0.5)
    thing.place(Matrix.Translation((0, 0, top)) @ Matrix.Rotation(turn, 4, "Z"))
