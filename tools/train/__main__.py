"""Trains the weights of the package: `pretrain`, `average`, `adapt`, `export`, `head`; the others are beside it.

Every stage stores its pupil as a `.pt` file that the next one starts from; `export` also learns what is fine and where
objects are, and writes the weights and their ranges; `head` puts them together with other networks. Two CPU cores are
enough.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from tools.train.adapt import Goods, adapt
from tools.train.average import average, take_statistics
from tools.train.council import Council
from tools.train.designs import draw_designs
from tools.train.details import draw_pictures, learn_details
from tools.train.device import compute_on
from tools.train.feed import seed_everything
from tools.train.head import Eyes, Group, SeenGoods, parts_of, see_garments, see_goods, see_things, solve, write_head
from tools.train.measure import embed_all, recall, unseen_things
from tools.train.network import STRETCH, Student, load_student, save_student
from tools.train.pretrain import Stage, World, pretrain
from tools.train.proposals import learn_proposals, take_proposals
from tools.train.pupil import Pupil
from tools.train.ranges import store_ranges
from tools.train.store import Store, join_stores, read_photos, read_pictures, read_rows, read_shop, write_photos_of
from tools.train.teacher import Teacher
from tools.train.things import Things, read_things
from visualsearch.embedders.shipped import SHIPPED

PRETRAIN = ((0.4, 112, 1.5e-3, 0.6), (0.3, 136, 1e-3, 0.5), (0.3, 168, 5e-4, 0.03))
"""Share of the time, pixels each way, rate at the beginning, share of it that is left at the end."""
GO_ON = ((0.6, 144, 1e-3, 0.5), (0.4, 160, 5e-4, 0.03))
"""The same for a pupil that has learnt before."""
FOLDS = 4
OURS = "products-4"
"""The network that `head` puts together with others."""
SIDE = 192
"""Pixels each way that the package looks at."""
MOBILENET = Path("../shared/weights/mobilenet_v2-features-onnx-zoo.safetensors")


def main() -> None:
    """Run one stage."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        compute_on(arguments.device)
    except ValueError as error:
        parser.error(str(error))
    seed_everything(arguments.seed)
    arguments.run(arguments)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tools.train", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pictures", type=Path, default=Path("../shared/data/clothing"), help="Any folder of pictures."
    )
    parser.add_argument("--broad", type=Path, default=Path("var/broad"), help="What `tools.train.gather` made.")
    parser.add_argument("--goods", type=Path, default=Path("../shared/data/grocery"), help="Shop pictures and photos.")
    parser.add_argument("--teacher", type=Path, default=MOBILENET, help="MobileNet-V2's features.")
    parser.add_argument(
        "--council", action="store_const", const=Council, default=Teacher, help="EfficientNet-Lite1 teaches beside it."
    )
    parser.add_argument("--device", default="auto", help="Where to compute: cpu, cuda; auto: cuda where it is.")
    parser.add_argument("--times", type=int, default=1, help="How many times as many views a lesson has.")
    parser.add_argument("--designs", type=int, default=3000, help="Things to draw.")
    parser.add_argument("--folder", type=Path, default=Path("var/train"), help="Where all that is made lies.")
    stages = parser.add_subparsers(required=True)
    for name, run, minutes in (("pretrain", _pretrain, 60), ("adapt", _adapt, 10), ("folds", _folds, 6)):
        stage = stages.add_parser(name)
        stage.add_argument("--minutes", type=float, default=minutes)
        stage.add_argument("--start", type=Path, help="A pupil to go on from.")
        stage.add_argument("--side", type=int, default=176)
        stage.add_argument("--rate", type=float, default=5e-4)
        stage.add_argument("--only", type=int, nargs="+", help="Of the folds these alone.")
        stage.add_argument("--share", type=float, default=1, help="What it counts in a mean with its start.")
        stage.add_argument("--regions", type=Path, help="Weights whose proposals of regions each fold takes.")
        stage.set_defaults(run=run)
    teacher = stages.add_parser("teacher")
    teacher.set_defaults(run=_measure_teacher, start=None)
    mean = stages.add_parser("average")
    mean.add_argument("first", type=Path)
    mean.add_argument("start", type=Path, help="Another, that has gone on from the first or beside it.")
    mean.add_argument("out", type=Path)
    mean.set_defaults(run=_average)
    details = stages.add_parser("details", help="Add details to weights that were exported without.")
    details.add_argument("start", type=Path)
    details.add_argument("out", type=Path)
    details.set_defaults(run=_add_details)
    ranges = stages.add_parser("ranges", help="Measure what weights that were exported need for 8-bit integers.")
    ranges.add_argument("weights", type=Path)
    ranges.set_defaults(run=_measure_ranges)
    head = stages.add_parser("head", help="Compute what puts products-4 together with other networks.")
    head.add_argument("out", type=Path)
    head.set_defaults(run=_head)
    head_folds = stages.add_parser("head-folds", help="The same without each quarter of the goods, by a first stage.")
    head_folds.add_argument("start", type=Path, help="A pupil that has seen none of the goods.")
    head_folds.set_defaults(run=_head_folds)
    export = stages.add_parser("export")
    export.add_argument("start", type=Path)
    export.add_argument("out", type=Path)
    export.add_argument("--side", type=int, default=SIDE)
    export.add_argument("--minutes", type=float, default=6)
    export.set_defaults(run=_export)
    return parser


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """All that lessons are made of."""

    teacher: Teacher
    world: World
    kept: Things
    """Things that are not learnt from, for choosing."""


def _pretrain(arguments: Namespace) -> None:
    school, pupil = _open_school(arguments), _begin(arguments, arguments.start, anew=True)
    for share, side, rate, falls_to in GO_ON if arguments.start else PRETRAIN:
        stage = Stage(minutes=arguments.minutes * share, side=side, rate=rate, falls_to=falls_to)
        pretrain(pupil, school.teacher, school.world, stage, arguments.folder / "base.pt")

    _choose(pupil.student, school, _goods(arguments, "photos_train.csv"))


def _average(arguments: Namespace) -> None:
    school = _open_school(arguments)
    pupil = _begin(arguments, arguments.start)
    average(_state(arguments.first), pupil)
    take_statistics(pupil.student, school.world)
    torch.save(pupil.state_dict(), arguments.out)
    _choose(pupil.student, school, _goods(arguments, "photos_train.csv"))


def _measure_teacher(arguments: Namespace) -> None:
    """Print what the teacher itself finds, the nearest that a pupil can hope to come."""
    school = _open_school(arguments)

    def find(pixels: torch.Tensor) -> torch.Tensor:
        parts = [school.teacher.look(part.float() / 255)[-1] for part in pixels.split(64)]
        return torch.cat([school.teacher.place(part) for part in parts])

    _choose(find, school, _goods(arguments, "photos_train.csv"))


def _choose(embed: Student | Callable[[torch.Tensor], torch.Tensor], school: School, goods: Goods) -> None:
    """Print what two trainings are to be chosen by: photos to learn from, and things that were kept out."""
    find = partial(embed_all, embed, side=SIDE) if isinstance(embed, Student) else embed
    shop, photos = (find(store.pixels) for store in (goods.shop, goods.photos))
    report = {"photos_train": recall(photos, goods.photos.labels, shop)}
    pictures = unseen_things(school.kept, school.world.garments.pixels)
    shop, photos = (find(pixels) for pixels in pictures[:2])
    report["things kept out"] = recall(photos, pictures[2], shop)
    print(json.dumps(report), flush=True)


def _adapt(arguments: Namespace) -> None:
    school, pupil = _open_school(arguments), _begin(arguments, arguments.start)
    goods = _goods(arguments, "photos_train.csv")
    _teach(arguments, school, pupil, goods, "adapted.pt")
    _choose(pupil.student, school, goods)


def _folds(arguments: Namespace) -> None:
    """Adapt without each quarter of the goods in turn, and find its photos among all shop pictures.

    Those of `photos_train.csv` are to choose by, as no training saw them either; those of `photos_test.csv` count.
    Both are listed beside the weights of each quarter, for `benchmarks.quality` and `tools.fit_calibration`.
    """
    school = _open_school(arguments)
    goods, unseen = _goods(arguments, "photos_train.csv"), _goods(arguments, "photos_test.csv")
    labels = torch.arange(len(goods.shop))
    for fold in arguments.only or range(FOLDS):
        pupil = _begin(arguments, arguments.start)
        left_out = labels[labels % FOLDS == fold]
        _teach(arguments, school, pupil, goods.without(left_out), f"fold{fold}.pt")
        learn_details(pupil.student, school.world, SIDE)
        if arguments.regions:
            take_proposals(pupil.student, load_student(arguments.regions))
        _save(pupil.student, arguments.folder / f"fold{fold}.safetensors", SIDE)
        _list_photos(arguments, fold, f"fold{fold}")
        report = {"photos_train": _measure_fold(pupil.student, goods, left_out)["left out"]}
        print(json.dumps(report | _measure_fold(pupil.student, unseen, left_out)), flush=True)


def _list_photos(arguments: Namespace, fold: int, name: str) -> None:
    """List the photos of a quarter of the goods beside what has not seen them."""
    skus = {row["sku"] for row in read_rows(arguments.goods / "catalog.csv")[fold::FOLDS]}
    for photos in ("photos_train.csv", "photos_test.csv"):
        write_photos_of(skus, arguments.goods, photos, arguments.folder / f"{name}-{photos}")


def _teach(arguments: Namespace, school: School, pupil: Pupil, goods: Goods, name: str) -> None:
    stage = Stage(
        minutes=arguments.minutes,
        side=arguments.side,
        rate=arguments.rate,
        weights=(0.7, 0.3, 0.5, 0.15, 0.3, 3.0),
        warm_up=20,
    )
    adapt(pupil, school.teacher, goods, school.world, stage, arguments.folder / name)
    if arguments.share < 1:
        average(_state(arguments.start), pupil, arguments.share)
        torch.save(pupil.state_dict(), arguments.folder / name)


def _measure_fold(student: Student, unseen: Goods, left_out: torch.Tensor) -> dict[str, list[float]]:
    shop, photos = (embed_all(student, store.pixels, SIDE) for store in (unseen.shop, unseen.photos))
    out = torch.isin(unseen.photos.labels, left_out)
    return {
        "left out": recall(photos[out], unseen.photos.labels[out], shop),
        "seen": recall(photos[~out], unseen.photos.labels[~out], shop),
        "photos left out": [float(out.sum())],
    }


def _open_school(arguments: Namespace) -> School:
    world = _open_world(arguments)
    return School(teacher=_teacher(arguments, world), world=world, kept=read_things(arguments.broad, kept=True))


def _open_world(arguments: Namespace) -> World:
    garments, things = read_pictures(arguments.pictures), read_things(arguments.broad)
    if not len(things):
        raise SystemExit(f"{arguments.broad} holds no things: make them with tools.train.gather (docs/training.md).")
    scenery = join_stores(garments, read_pictures(arguments.broad / "world"))
    designs = Things.of(_designs(arguments, garments))
    return World(garments=garments, scenery=scenery, things=things, designs=designs, times=arguments.times)


def _teacher(arguments: Namespace, world: World) -> Teacher:
    """Open the teacher as it was settled for the pupil that goes on, whose head knows its directions, or anew."""
    teacher: Teacher = arguments.council.open(arguments.teacher)
    kept = (arguments.start.parent if arguments.start else arguments.folder) / "teacher.pt"
    settled = _load(kept) if kept.exists() else None
    if settled and settled[-1].shape == teacher.basis.shape:
        teacher.centres, teacher.deviations = ([values.float() for values in each] for each in settled[:2])
        teacher.basis = settled[-1].float()
    else:
        teacher.settle(torch.cat([world.views(20, 20, 25, 5, 20).images for _ in range(10)]))
    torch.save([teacher.centres, teacher.deviations, teacher.basis], arguments.folder / "teacher.pt")
    return teacher


def _begin(arguments: Namespace, start: Path | None, *, anew: bool = False) -> Pupil:
    """Return a pupil of the teacher that is asked for; one that had another may begin with a head `anew`."""
    pupil = Pupil(Student(dimensions=arguments.council.dimensions), arguments.council.channels)
    if start:
        pupil.go_on(_state(start), anew=anew)
    return pupil.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _state(start: Path) -> dict[str, torch.Tensor]:
    if start.suffix == ".safetensors":
        return {f"student.{key}": value for key, value in load_student(start).items()}
    return _load(start)  # type: ignore[no-any-return]


def _designs(arguments: Namespace, garments: Store) -> torch.Tensor:
    kept: Path = arguments.folder / f"designs-{arguments.designs}-{arguments.seed}.pt"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        torch.save(draw_designs(arguments.designs, garments.pixels, arguments.seed), kept)
    return _load(kept)  # type: ignore[no-any-return]


def _load(file: Path) -> Any:
    return torch.load(file, map_location=torch.get_default_device(), weights_only=True)


def _goods(arguments: Namespace, photos: str) -> Goods:
    shop, skus = read_shop(arguments.goods)
    return Goods.of(shop, read_photos(arguments.goods, photos, skus))


def _add_details(arguments: Namespace) -> None:
    student = _begin(arguments, arguments.start).student
    learn_details(student, _open_world(arguments), SIDE)
    _save(student, arguments.out, SIDE)


def _export(arguments: Namespace) -> None:
    world, student = _open_world(arguments), _begin(arguments, arguments.start).student
    learn_details(student, world, arguments.side)
    things, designs = world.things, world.designs
    shapes = torch.cat([designs.pixels, things.pixels[things.first]])
    kept = read_things(arguments.broad, kept=True)
    wrong = learn_proposals(
        student,
        shapes,
        kept.pixels[kept.first],
        world.garments.pixels,
        side=arguments.side,
        minutes=arguments.minutes,
    )
    print(f"{wrong:.3f} is the loss of the regions for unseen things")
    _save(student, arguments.out, arguments.side)
    store_ranges(arguments.out, draw_pictures(world), arguments.side)


def _head(arguments: Namespace) -> None:
    arguments.folder.mkdir(parents=True, exist_ok=True)
    parts = parts_of(OURS, arguments.folder)
    goods, others = _see_all(arguments, Eyes(parts, arguments.folder))
    write_head(arguments.out, parts, *solve([goods.without([]), *others]))


def _head_folds(arguments: Namespace) -> None:
    """Write a head without each quarter of the goods; its network of ours has seen none, its regions are OURS'."""
    student = _begin(arguments, arguments.start).student
    take_proposals(student, load_student(SHIPPED[OURS].path))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    _save(student, arguments.folder / "first-stage.safetensors", SIDE)
    parts = parts_of("first-stage.safetensors", arguments.folder)
    goods, others = _see_all(arguments, Eyes(parts, arguments.folder))
    for fold in range(FOLDS):
        left_out = range(len(goods.shop))[fold::FOLDS]
        write_head(arguments.folder / f"head{fold}.safetensors", parts, *solve([goods.without(left_out), *others]))
        _list_photos(arguments, fold, f"head{fold}")


def _see_all(arguments: Namespace, eyes: Eyes) -> tuple[SeenGoods, list[Group]]:
    things, garments = read_things(arguments.broad), read_pictures(arguments.pictures)
    groups = [see_garments(eyes, arguments.pictures), *see_things(eyes, things, garments.pixels)]
    return see_goods(eyes, arguments.goods), groups


def _measure_ranges(arguments: Namespace) -> None:
    store_ranges(arguments.weights, draw_pictures(_open_world(arguments)), SIDE)


def _save(student: Student, file: Path, side: int) -> None:
    metadata = {"name": file.stem, "side": str(side), "stretch": str(STRETCH), "licence": "MIT"}
    save_student(student, file, metadata, half=True)


if __name__ == "__main__":
    main()
