from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.models import Category, Product
from tests.drawing import draw_mosaic
from tests.goods import add_product, sync_now
from visualsearch.search.disturbances import DISTURBANCES
from visualsearch.search.evaluation import Report, draw_pictures, evaluate, query_of
from visualsearch.search.evaluation.report import About
from visualsearch.sources import all_sources

pytestmark = pytest.mark.django_db


def report(count: int = 12, seed: int = 0) -> Report:
    return evaluate([query_of(one) for one in draw_pictures(all_sources(), count, seed)], seed=seed)


@pytest.fixture
def shop() -> list[Product]:
    cups = Category.objects.create(name="Cups", slug="cups")
    products = [add_product(draw_mosaic(number), category=cups if number < 10 else None) for number in range(12)]
    sync_now()
    return products


def without_times(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: without_times(value) for key, value in values.items() if key not in ("p50_ms", "p95_ms", "made")}
    return [without_times(value) for value in values] if isinstance(values, list | tuple) else values


def test_shop_is_measured_without_labels(shop: list[Product], uncalibrated: None) -> None:
    found = report()

    assert found.matrix.columns == ("all", *DISTURBANCES)
    assert [(row.category, row.pictures) for row in found.matrix.rows] == [("all", 12), ("Cups", 10), ("other", 2)]
    assert found.figures.queries == 12 * 9
    assert found.matrix.rows[0].cells[1].recall_at_1 == 1, "Each picture finds its own product."
    assert found.figures.ece is None
    assert found.example is not None


def test_same_seed_gives_the_same_figures(shop: list[Product]) -> None:
    assert without_times(report(8, seed=4).as_dict()) == without_times(report(8, seed=4).as_dict())


def test_report_is_plain_values_for_a_program(shop: list[Product]) -> None:
    values = json.loads(json.dumps(report().as_dict()))

    assert values["about"]["photos"] == 12
    assert set(values["about"]) == set(About.__dataclass_fields__)
    assert values["matrix"][1]["figures"]["none"]["recall@1"] == 1
    assert sum(values["scores"]["right"] + values["scores"]["wrong"]) == 12 * 9


def test_worst_are_the_wrong_ones_one_a_picture(shop: list[Product]) -> None:
    found = report()

    assert found.figures.recall_at_1 is not None
    assert found.figures.recall_at_1 < 1, "The test needs something that goes wrong."
    assert all(not one.measured.is_first for one in found.worst)
    assert len({one.measured.query.name for one in found.worst}) == len(found.worst) > 0
    assert [one.measured.rank or 99 for one in found.worst] == sorted(
        (one.measured.rank or 99 for one in found.worst), reverse=True
    )
    worst = found.as_dict()["worst"][0]
    assert worst["right"][0] not in worst["found"][0]["key"]
    assert worst["found"][0]["right"] is False


def test_empty_shop_gives_an_empty_report() -> None:
    found = report()

    assert (found.figures.queries, found.figures.recall_at_1, found.scores, found.worst) == (0, None, None, ())
