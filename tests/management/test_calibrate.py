from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Calibration

pytestmark = pytest.mark.django_db


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("visualsearch_calibrate", *args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def skus() -> list[str]:
    products = [add_product(draw_mosaic(number)) for number in range(8)]
    sync_now()
    return [product.sku for product in products]


@pytest.fixture
def queries(skus: list[str], tmp_path: Path) -> Path:
    """Return a CSV of photos, two of which show what is said to be another product."""
    path = tmp_path / "queries.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["photo", "sku"])
        for number, sku in enumerate([*skus[:6], "X", "Y"]):
            (tmp_path / f"{number}.png").write_bytes(draw_mosaic(number))
            writer.writerow([f"{number}.png", sku])
    return path


@pytest.fixture
def outsiders(tmp_path: Path) -> Path:
    folder = tmp_path / "outsiders"
    folder.mkdir()
    for colour in ("red", "green", "blue"):
        (folder / f"{colour}.png").write_bytes(draw(colour))
    return folder


def test_shop_is_calibrated_on_its_own_pictures(skus: list[str]) -> None:
    assert run(source=PRODUCTS).startswith(f"{PRODUCTS}: in units of the shop's 8 pictures")

    known = json.loads(run(source=PRODUCTS, json=True))[PRODUCTS]
    assert known["units"] == Calibration.objects.get().parameters["units"]
    assert known["curve"]["fall"] > 0


def test_photos_with_known_answers_fit_the_curve(skus: list[str], queries: Path, outsiders: Path) -> None:
    words = run(source=PRODUCTS, photos=queries, outsiders=outsiders)

    assert "by photos of the shop" in words
    assert "curve" in Calibration.objects.get().parameters


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source": "shoes"}, "Expected the name of a registered source"),
        ({"source": PRODUCTS, "photos": Path("nothing.csv")}, "nothing.csv"),
        ({"source": PRODUCTS, "outsiders": Path(__file__).parent}, "--outsiders belongs to --photos"),
        ({"source": PRODUCTS}, "more than one product"),
    ],
)
def test_what_cannot_be_done_is_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(**options)


def test_empty_folder_of_outsiders_is_told(skus: list[str], queries: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(CommandError, match="holds no file"):
        run(source=PRODUCTS, photos=queries, outsiders=empty)
