from __future__ import annotations

from typing import Any

from tests.search.evaluation.searches import make_measured, make_query
from visualsearch.search.evaluation.matrix import matrix_of
from visualsearch.search.evaluation.measured import Measured
from visualsearch.search.evaluation.tables import tables_of


def searches(category: str = "", **fields: Any) -> list[Measured]:
    return [make_measured(number > 0, query=make_query(category=category), **fields) for number in range(10)]


def test_pictures_have_a_table_a_figure() -> None:
    tables = tables_of(matrix_of(searches("Cups", disturbance="crop")))

    assert [table.title for table in tables] == ["recall@1", "recall@10", "MRR"]
    assert tables[0].columns == ("all", "crop")
    assert [(row.category, row.pictures) for row in tables[0].rows] == [("all", 10), ("Cups", 10)]
    assert [(cell.text, cell.good) for cell in tables[0].rows[1].cells] == [("90.0", "90")] * 2


def test_photos_have_one_table_of_all_figures() -> None:
    (table,) = tables_of(matrix_of(searches("Cups")))

    assert (table.title, table.columns) == ("", ("recall@1", "recall@10", "MRR"))


def test_photos_without_categories_have_none() -> None:
    assert tables_of(matrix_of(searches())) == []


def test_calibration_error_is_good_where_it_is_low() -> None:
    tables = tables_of(matrix_of(searches(disturbance="crop", probability=0.9)))

    assert tables[-1].title == "ECE"
    assert [(cell.text, cell.good) for cell in tables[-1].rows[0].cells] == [("0.000", "100")] * 2


def test_nothing_measured_has_no_number() -> None:
    assert tables_of(matrix_of([])) == []
