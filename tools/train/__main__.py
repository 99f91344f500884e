"""Trains the weights of the package: `pretrain`, `adapt`, `export`; `folds` measures on goods left out.

Every stage stores its pupil as a `.pt` file that the next one starts from; the last one also learns where objects are
and writes the weights. Two CPU cores are enough.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional

from tools.train.adapt import Goods, adapt
from tools.train.designs import draw_designs
from tools.train.feed import seed_everything
from tools.train.measure import embed_all, recall
from tools.train.network import Student, Teacher, save_student
from tools.train.objects import learn_objectness
from tools.train.pretrain import Stage, general_views, pretrain
from tools.train.pupil import Pupil
from tools.train.store import Store, read_photos, read_pictures, read_shop

PRETRAIN = ((0.45, 96, 2e-3, 0.6), (0.3, 128, 1.2e-3, 0.5), (0.25, 160, 6e-4, 0.03))
"""Share of the time, pixels each way, rate at the beginning, share of it that is left at the end."""
FOLDS = 4
TEACHER = Path("../shared/weights/mobilenet_v2-features-onnx-zoo.safetensors")


def main() -> None:
    """Run one stage."""
    arguments = _parser().parse_args()
    seed_everything(arguments.seed)
    arguments.run(arguments)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tools.train", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pictures", type=Path, default=Path("../shared/data/clothing"), help="Any folder of pictures."
    )
    parser.add_argument("--goods", type=Path, default=Path("../shared/data/grocery"), help="Shop pictures and photos.")
    parser.add_argument("--teacher", type=Path, default=TEACHER)
    parser.add_argument("--designs", type=int, default=5000, help="Things to draw.")
    parser.add_argument("--folder", type=Path, default=Path("var/train"), help="Where all that is made lies.")
    stages = parser.add_subparsers(required=True)
    for name, run, minutes in (("pretrain", _pretrain, 60), ("adapt", _adapt, 10), ("folds", _folds, 6)):
        stage = stages.add_parser(name)
        stage.add_argument("--minutes", type=float, default=minutes)
        stage.add_argument("--start", type=Path, help="A pupil to go on from.")
        stage.add_argument("--side", type=int, default=176)
        stage.add_argument("--rate", type=float, default=5e-4)
        stage.add_argument("--only", type=int, nargs="+", help="Of the folds these alone.")
        stage.set_defaults(run=run)
    export = stages.add_parser("export")
    export.add_argument("start", type=Path)
    export.add_argument("out", type=Path)
    export.add_argument("--side", type=int, default=192)
    export.set_defaults(run=_export)
    return parser


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """All that lessons are made of."""

    teacher: Teacher
    garments: Store
    designs: torch.Tensor


def _pretrain(arguments: Namespace) -> None:
    school, pupil = _open_school(arguments), _begin(arguments)
    for share, side, rate, falls_to in PRETRAIN:
        stage = Stage(minutes=arguments.minutes * share, side=side, rate=rate, falls_to=falls_to)
        pretrain(pupil, school.teacher, school.garments, school.designs, stage, arguments.folder / "base.pt")


def _adapt(arguments: Namespace) -> None:
    _teach(arguments, _open_school(arguments), _begin(arguments), _goods(arguments, "photos_train.csv"), "adapted.pt")


def _folds(arguments: Namespace) -> None:
    """Adapt without each quarter of the goods in turn, and find its unseen photos among all shop pictures."""
    school = _open_school(arguments)
    goods, unseen = _goods(arguments, "photos_train.csv"), _goods(arguments, "photos_test.csv")
    labels = torch.arange(len(goods.shop))
    report = []
    for fold in arguments.only or range(FOLDS):
        pupil = _begin(arguments)
        left_out = labels[labels % FOLDS == fold]
        _teach(arguments, school, pupil, goods.without(left_out), f"fold{fold}.pt")
        _save(pupil.student, arguments.folder / f"fold{fold}.safetensors", 192)
        report.append(_measure_fold(pupil.student, unseen, left_out))
        print(json.dumps(report[-1]))


def _teach(arguments: Namespace, school: School, pupil: Pupil, goods: Goods, name: str) -> None:
    stage = Stage(
        minutes=arguments.minutes,
        side=arguments.side,
        rate=arguments.rate,
        weights=(0.7, 0.3, 1.0, 0.15, 0.5),
        warm_up=20,
    )
    adapt(pupil, school.teacher, goods, school.garments, school.designs, stage, arguments.folder / name)


def _measure_fold(student: Student, unseen: Goods, left_out: torch.Tensor) -> dict[str, list[float]]:
    shop, photos = (embed_all(student, store, 192) for store in (unseen.shop, unseen.photos))
    out = torch.isin(unseen.photos.labels, left_out)
    return {
        "left out": recall(photos[out], unseen.photos.labels[out], shop),
        "seen": recall(photos[~out], unseen.photos.labels[~out], shop),
        "photos left out": [float(out.sum())],
    }


def _open_school(arguments: Namespace) -> School:
    garments = read_pictures(arguments.pictures)
    designs = _designs(arguments, garments)
    teacher = Teacher(arguments.teacher)
    teacher.settle(functional.interpolate(general_views(garments, designs, 48, 48).images, 128))
    return School(teacher=teacher, garments=garments, designs=designs)


def _begin(arguments: Namespace) -> Pupil:
    pupil = Pupil(Student())
    if arguments.start:
        pupil.load_state_dict(torch.load(arguments.start, weights_only=True))
    return pupil.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _designs(arguments: Namespace, garments: Store) -> torch.Tensor:
    kept: Path = arguments.folder / f"designs-{arguments.designs}-{arguments.seed}.pt"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        torch.save(draw_designs(arguments.designs, garments.pixels, arguments.seed), kept)
    return torch.load(kept, weights_only=True)  # type: ignore[no-any-return]


def _goods(arguments: Namespace, photos: str) -> Goods:
    shop, skus = read_shop(arguments.goods)
    return Goods.of(shop, read_photos(arguments.goods, photos, skus))


def _export(arguments: Namespace) -> None:
    garments = read_pictures(arguments.pictures)
    student = _begin(arguments).student
    right = learn_objectness(student, _designs(arguments, garments), garments.pixels, arguments.side)
    print(f"{right:.3f} of unseen places are told right, object or not")
    _save(student, arguments.out, arguments.side)


def _save(student: Student, file: Path, side: int) -> None:
    metadata = {"name": file.stem, "side": str(side), "stretch": "1.34", "licence": "MIT"}
    save_student(student, file, metadata, half=True)


if __name__ == "__main__":
    main()
