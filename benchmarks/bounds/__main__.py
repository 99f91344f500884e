"""Measure the bounds of the catalogue doctor and of unmet searches: `python -m benchmarks.bounds --help`.

    python -m benchmarks.bounds products-5 benchmarks.embedders.mobilenet.MobileNetEmbedder

On the demo's goods and on photos of groceries. Half of the designs are set apart for choosing: it says which bound is
best there in the mean of the embedders, precision counting twice as much as recall for findings, and as much for
groups. What a bound is worth is measured on the other half. One picture in fifty is taken to be wrong.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
import django

django.setup()

from benchmarks.bounds.alike import measure_groups  # noqa: E402
from benchmarks.bounds.pictures import Shown, look_at, open_all, read_goods, read_groceries, see_photos, some_of  # noqa: E402
from benchmarks.bounds.scores import Table, means_of  # noqa: E402
from benchmarks.bounds.strangers import measure_shelves, measure_siblings  # noqa: E402
from benchmarks.bounds.twins import measure_twins  # noqa: E402
from benchmarks.machine import describe, publish  # noqa: E402
from visualsearch.behaviour.unmet import ALIKE_FROM  # noqa: E402
from visualsearch.doctor.strangers import STRANGERS, STRANGERS_ON_SHELF  # noqa: E402
from visualsearch.doctor.twins import BITS_MOST, COSINE_LEAST  # noqa: E402
from visualsearch.embedders import load_embedder  # noqa: E402

PACKAGES = ("numpy", "openvino", "pillow", "torch")
RULES = {
    "listed twice": ((COSINE_LEAST, BITS_MOST), 0.5),
    "unlike its siblings": (STRANGERS, 0.5),
    "unlike its shelf": (STRANGERS_ON_SHELF, 0.5),
    "searches alike": (ALIKE_FROM, 1.0),
}
"""Bound in use, and how much recall counts."""


def main() -> None:
    """Measure, print, and write the file where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedders", nargs="+", help="names, paths of weights, dotted paths")
    parser.add_argument("--goods", type=Path, default=Path("catalog/demo/goods"))
    parser.add_argument("--groceries", type=Path, default=Path("../shared/data/grocery"))
    parser.add_argument("--most", type=int, default=640, help="pictures and photos of each set")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    sets = {"goods": read_goods(options.goods), "groceries": read_groceries(options.groceries)}
    sets = {name: tuple(some_of(part, options.most) for part in parts) for name, parts in sets.items()}
    report = {name: _measure(load_embedder(name), sets) for name in options.embedders}
    means = {rule: _means(report, rule) for rule in RULES}
    chosen = {rule: max(by_bound, key=by_bound.__getitem__) for rule, by_bound in means.items()}
    results = {Path(name).stem: _told(found, chosen) for name, found in report.items()}
    told = {rule: {f"{bound}": mean for bound, mean in by_bound.items()} for rule, by_bound in means.items()}
    bounds = {"chosen": chosen, "in use": _in_use(), "means where it was chosen": told}
    publish({"machine": describe(*PACKAGES), **bounds, "results": results}, options.json)


def _measure(embedder: Any, sets: dict[str, tuple[list[Shown], list[Shown]]]) -> dict[str, Any]:
    """Return the tables of every rule by set and half."""
    found: dict[str, Any] = {}
    for name, (pictures, photos) in sets.items():
        for choosing in (True, False):
            halves = [[one for one in part if one.is_for_choosing == choosing] for part in (pictures, photos)]
            found[f"{name}, {'choosing' if choosing else 'measuring'}"] = _half(embedder, *halves)
    return found


def _half(embedder: Any, pictures: Sequence[Shown], photos: Sequence[Shown]) -> dict[str, Any]:
    images = open_all(pictures)
    looks = look_at(embedder, images)
    twins, recalls = measure_twins(embedder, pictures, images, looks)
    return {
        "listed twice": twins,
        "recalls": recalls,
        "unlike its siblings": measure_siblings(pictures, looks),
        "unlike its shelf": measure_shelves(pictures, looks),
        "searches alike": measure_groups(photos, see_photos(embedder, photos)),
        "pictures": len(pictures),
        "photos": len(photos),
    }


def _means(report: dict[str, Any], rule: str) -> dict[Any, float]:
    halves = (half for found in report.values() for half in found.items())
    tables: list[Table] = [half[rule] for name, half in halves if name.endswith("choosing")]
    return means_of(tables, RULES[rule][1])


def _told(found: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """Return what each rule is worth, on each half, at the bound in use and at the chosen one."""
    told = {}
    for name, half in found.items():
        rules: dict[str, Any] = {"pictures": half["pictures"], "photos": half["photos"]}
        for rule, (used, _) in RULES.items():
            rules[rule] = {f"{bound}": half[rule][bound].written() for bound in dict.fromkeys((used, chosen[rule]))}
        rules["copies found"] = {kind: round(by[RULES["listed twice"][0]], 3) for kind, by in half["recalls"].items()}
        told[name] = rules
    return told


def _in_use() -> dict[str, Any]:
    return {rule: bound for rule, (bound, _) in RULES.items()}


if __name__ == "__main__":
    main()
