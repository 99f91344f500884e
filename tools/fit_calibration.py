"""Fit how sure photos with known answers make with one embedder, check it on goods left out of the fit, and write it.

    python -m tools.fit_calibration thumbnail --catalogue grocery/catalog.csv \
        --photos grocery/photos_train.csv --test grocery/photos_test.csv \
        --outsiders clothing/images.csv:train --outsiders-test clothing/images.csv:validation

The checks hold for goods that the embedder itself has not seen in training. Where it has seen these, give with `--fold`
embedders that were trained without some of them, and photos of exactly those: all evidence is measured in units of its
own embedder, so that it can be put together.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
import django

django.setup()

from PIL import Image  # noqa: E402

from visualsearch.conf import get_settings  # noqa: E402
from visualsearch.embedders import Embedder, load_embedder  # noqa: E402
from visualsearch.images import open_image  # noqa: E402
from visualsearch.images.photos import PHOTO_SIDE  # noqa: E402
from visualsearch.search.calibration import Curve, Units  # noqa: E402
from visualsearch.search.calibration.fit import SCORES, Answered, Found, answered, fit_curve, fit_units  # noqa: E402
from visualsearch.search.calibration.priors import FOLDER  # noqa: E402
from visualsearch.search.disturbances import disturb  # noqa: E402
from visualsearch.search.evaluation.reliability import expected_calibration_error  # noqa: E402
from visualsearch.search.evaluation.shots import LONGEST_SIDE  # noqa: E402
from visualsearch.search.fitting import KINDS  # noqa: E402
from visualsearch.search.photos import see_photo  # noqa: E402
from visualsearch.vectors import Vectors  # noqa: E402

FOLDS, SPLITS = 4, 8
"""Parts of the products, each left out once; and how often they are dealt out anew, since few products make luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo in the units of the embedder that it was searched with."""

    sku: str
    answered: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one embedder found: photos to fit on, photos to check on, and photos of what is not sold."""

    units: Units
    fit: list[Photo]
    test: list[Photo]
    outsiders: list[Answered]
    outsiders_test: list[Answered]


class Bench:
    """The catalogue as one embedder sees it."""

    def __init__(self, embedder: Embedder, catalogue: Path) -> None:
        self.embedder = embedder
        rows = list(_rows(catalogue))
        self.skus = [row["sku"] for row in rows]
        paths = [catalogue.parent / row["image"] for row in rows]
        # Each as it is opened for its purpose in a shop.
        self.vectors = embedder.embed([open_image(path, longest_side=embedder.longest_side) for path in paths])
        images = [open_image(path, longest_side=LONGEST_SIDE) for path in paths]
        copies = [
            Found(scores=scores, right=right)
            for kind in KINDS
            for scores, right in self._search(self._see([disturb(one, kind, 0) for one in images]), self.skus)
        ]
        self.units = fit_units(copies)

    def photos(self, path: Path) -> list[Photo]:
        """Return the photos of a CSV `photo,sku`."""
        rows = list(_rows(path))
        skus = [row["sku"] for row in rows]
        found = [
            Found(scores=scores, right=right)
            for scores, right in self._search(self._read([path.parent / row["photo"] for row in rows]), skus)
        ]
        return [Photo(sku=sku, answered=one) for sku, one in zip(skus, answered(found, self.units), strict=True)]

    def outsiders(self, paths: Sequence[Path]) -> list[Answered]:
        """Return photos of things that are not in the catalogue."""
        found = [Found(scores=scores, right=None) for scores, _ in self._search(self._read(paths), [""] * len(paths))]
        return answered(found, self.units)

    def _search(self, vectors: Vectors, skus: Sequence[str]) -> Iterator[tuple[tuple[float, ...], int | None]]:
        """Yield the scores of the nearest products and the place of the right one, for each photo."""
        for row, sku in zip(vectors @ self.vectors.T, skus, strict=True):
            best: dict[str, float] = {}
            for place in np.argsort(-row):
                best.setdefault(self.skus[place], float(row[place]))
            nearest = list(best.items())[:SCORES]
            right = next((place for place, (other, _) in enumerate(nearest) if other == sku), None)
            yield tuple(score for _, score in nearest), right

    def _read(self, paths: Sequence[Path]) -> Vectors:
        bar = tqdm(paths, desc=self.embedder.name, unit="photo")
        return self._see(open_image(path, longest_side=PHOTO_SIDE) for path in bar)

    def _see(self, photos: Iterable[Image.Image]) -> Vectors:
        """Return the vectors of photos as a search sees them."""
        return np.stack([see_photo(self.embedder, photo).vector for photo in photos])


def main() -> None:
    """Fit, check, print, write."""
    options = _options()
    main_part, *folds = [
        _part(load_embedder(name), Path(fit), Path(test) if test else None, options)
        for name, fit, test in [
            (options.embedder, options.photos, options.test),
            *(fold.split(":") for fold in options.fold),
        ]
    ]
    checked = _mean([_check(folds)] if folds else [_check(_split(main_part, seed)) for seed in range(SPLITS)])
    fitted = fit_curve(
        [photo.answered for part in folds or [main_part] for photo in part.fit],
        [one for part in folds or [main_part] for one in part.outsiders],
    )
    known = {"units": main_part.units.as_dict(), "curve": fitted.as_dict(), "checked": checked}
    print(json.dumps(known, indent=2))
    if options.write:
        path = FOLDER / f"{load_embedder(options.embedder).fingerprint}.json"
        path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        print(f"Written to {path}.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedder", help="A name, a path of weights, or the dotted path of an Embedder class.")
    parser.add_argument("--catalogue", type=Path, required=True, help="CSV with columns sku and image.")
    parser.add_argument("--photos", required=True, help="CSV with columns photo and sku, to fit on.")
    parser.add_argument("--test", required=True, help="The same, to check on.")
    parser.add_argument("--outsiders", required=True, help="Folder, or CSV with a column image and :split, to fit on.")
    parser.add_argument("--outsiders-test", required=True, help="The same, to check on.")
    parser.add_argument("--outsiders-most", type=int, default=1000, help="So many of them, drawn by chance.")
    parser.add_argument(
        "--fold", action="append", default=[], help="EMBEDDER:FIT.csv:TEST.csv, of goods it never saw; repeat it."
    )
    parser.add_argument("--write", action="store_true", help="Put the result where the plug-in looks for it.")
    return parser.parse_args()


def _part(embedder: Embedder, fit: Path, test: Path | None, options: argparse.Namespace) -> Part:
    bench = Bench(embedder, options.catalogue)
    return Part(
        units=bench.units,
        fit=bench.photos(fit),
        test=bench.photos(test) if test else [],
        outsiders=bench.outsiders(_files(options.outsiders, options.outsiders_most)),
        outsiders_test=bench.outsiders(_files(options.outsiders_test, options.outsiders_most)),
    )


def _split(part: Part, seed: int) -> list[Part]:
    """Return parts of which each has the photos of some products."""
    skus = sorted({photo.sku for photo in part.fit})
    drawn = np.random.default_rng(seed).permutation(skus).tolist()
    place = dict(zip(drawn, np.arange(len(skus)) % FOLDS, strict=True))

    def of(photos: list[Photo], number: int) -> list[Photo]:
        return [photo for photo in photos if place.get(photo.sku) == number]

    return [
        Part(
            units=part.units,
            fit=of(part.fit, number),
            test=of(part.test, number),
            outsiders=part.outsiders,
            outsiders_test=part.outsiders_test,
        )
        for number in range(FOLDS)
    ]


def _mean(checked: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([one[name] for one in checked])), 4) for name in checked[0]}


def _check(parts: list[Part]) -> dict[str, float]:
    """Fit on the photos of all parts but one, look at the photos of that one; for each of them."""
    curves = [_fit_without(parts, left_out) for left_out in parts]
    tested = [(curve, photo) for curve, part in zip(curves, parts, strict=True) for photo in part.test]
    firsts, right = _firsts(tested)
    sold = np.array([curve.sold(photo.answered.evidence) for curve, photo in tested])
    strangers = np.array(
        [curve.sold(one.evidence) for curve, part in zip(curves, parts, strict=True) for one in part.outsiders_test]
    )
    below = get_settings().no_match_below
    return {
        "photos": len(tested),
        "recall@1": right.mean(),
        "ece": _ece(firsts, right),
        "ece of a perfect one of as many photos": _floor(firsts),
        "ece of ranks 2 to 5": _ece_of_others(tested),
        "right answers refused": (sold[right] < below).mean(),
        "outsiders refused": (strangers < below).mean(),
        "share of 0.5 and above": (firsts >= 0.5).mean(),
        "right of 0.5 and above": right[firsts >= 0.5].mean() if (firsts >= 0.5).any() else 0.0,
    }


def _fit_without(parts: list[Part], left_out: Part) -> Curve:
    others = [part for part in parts if part is not left_out]
    return fit_curve(
        [photo.answered for part in others for photo in part.fit], [one for part in others for one in part.outsiders]
    )


def _firsts(pairs: list[tuple[Curve, Photo]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    firsts = np.array([curve.first(photo.answered.evidence) for curve, photo in pairs])
    return firsts, np.array([photo.answered.right == 0 for _, photo in pairs])


def _ece(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    return expected_calibration_error(probabilities.tolist(), right.tolist()) or 0.0


def _floor(probabilities: NDArray[np.float64]) -> float:
    """Return the error that chance alone makes where every probability is true."""
    chance = np.random.default_rng(0)
    return float(np.mean([_ece(probabilities, chance.random(len(probabilities)) < probabilities) for _ in range(20)]))


def _ece_of_others(pairs: list[tuple[Curve, Photo]]) -> float:
    """Return the mean over the ranks."""
    errors = []
    for place in range(1, 5):
        probabilities = np.array([curve.probabilities(photo.answered.evidence)[place] for curve, photo in pairs])
        errors.append(_ece(probabilities, np.array([photo.answered.right == place for _, photo in pairs])))
    return float(np.mean(errors))


def _files(place: str, most: int) -> list[Path]:
    name, _, split = place.partition(":")
    path = Path(name)
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
    else:
        files = [path.parent / row["image"] for row in _rows(path) if not split or row["split"] == split]
    if len(files) > most:
        files = [files[at] for at in np.sort(np.random.default_rng(0).choice(len(files), most, replace=False))]
    return files


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
