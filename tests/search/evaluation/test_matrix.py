from __future__ import annotations

from tests.search.evaluation.searches import make_measured, make_query
from visualsearch.search.evaluation.matrix import PICTURES_LEAST, matrix_of
from visualsearch.search.evaluation.measured import Measured


def searches(category: str, pictures: int, *, crop: bool) -> list[Measured]:
    queries = [make_query(f"{category}{number}", category=category) for number in range(pictures)]
    hits = {"none": True, "crop": crop}
    return [make_measured(hits[name], query=query, disturbance=name) for query in queries for name in hits]


def test_cells_hold_the_figures_of_their_category_and_disturbance() -> None:
    matrix = matrix_of([*searches("Cups", 10, crop=False), *searches("Plates", 30, crop=True)])

    assert matrix.columns == ("all", "none", "crop")
    assert {row.category: [cell.recall_at_1 for cell in row.cells] for row in matrix.rows} == {
        "all": [0.875, 1, 0.75],
        "Cups": [0.5, 1, 0],
        "Plates": [1, 1, 1],
    }
    assert [(row.pictures, row.cells[0].queries) for row in matrix.rows] == [(40, 80), (10, 20), (30, 60)]


def test_small_categories_and_none_at_all_stand_under_other() -> None:
    matrix = matrix_of(
        [
            *searches("Cups", PICTURES_LEAST, crop=True),
            *searches("Plates", PICTURES_LEAST - 1, crop=True),
            *searches("", 20, crop=True),
        ]
    )

    assert [(row.category, row.pictures) for row in matrix.rows] == [("all", 39), ("Cups", 10), ("other", 29)]


def test_shop_without_categories_has_one_row() -> None:
    assert [row.category for row in matrix_of(searches("", 20, crop=True)).rows] == ["all"]


def test_photos_have_one_column() -> None:
    matrix = matrix_of([make_measured(True, query=make_query(category="Cups")) for _ in range(10)])

    assert matrix.columns == ("all",)
    assert [row.category for row in matrix.rows] == ["all", "Cups"]


def test_nothing_measured_gives_one_empty_cell() -> None:
    matrix = matrix_of([])

    assert matrix.as_list()[0]["figures"]["all"]["recall@1"] is None
