from __future__ import annotations

import pytest

from tests.search.evaluation.searches import make_measured, make_query
from visualsearch.search.evaluation.figures import figures_of


def test_figures_count_the_rank_of_the_first_right_answer() -> None:
    figures = figures_of([make_measured(True, False), make_measured(False, True), make_measured(False, False)])

    assert figures.queries == 3
    assert figures.recall_at_1 == pytest.approx(1 / 3, abs=1e-4)
    assert figures.recall_at_5 == pytest.approx(2 / 3, abs=1e-4)
    assert figures.mrr == pytest.approx(0.5)


def test_recall_at_10_looks_no_further_than_ten() -> None:
    figures = figures_of([make_measured(*[False] * 9, True), make_measured(*[False] * 10, True)])

    assert (figures.recall_at_5, figures.recall_at_10) == (0, 0.5)


def test_mean_average_precision_counts_every_right_answer() -> None:
    two = make_query(right=frozenset("AB"))

    assert figures_of([make_measured(True, False, True, query=two)]).map_at_10 == pytest.approx(5 / 6, abs=1e-4)


def test_times_are_percentiles() -> None:
    figures = figures_of([make_measured(True, milliseconds=value) for value in range(1, 101)])

    assert (figures.p50_ms, figures.p95_ms) == (50.5, 95.0)


def test_calibration_error_is_that_of_first_results_with_a_probability() -> None:
    measured = [make_measured(True, probability=0.9), make_measured(False, probability=0.9), make_measured(True)]

    assert figures_of(measured).ece == pytest.approx(0.4)
    assert figures_of([make_measured(True)]).ece is None


def test_search_without_results_is_wrong_and_has_no_probability() -> None:
    figures = figures_of([make_measured()])

    assert (figures.recall_at_1, figures.mrr, figures.ece) == (0, 0, None)


def test_nothing_measured_gives_no_figures() -> None:
    figures = figures_of([]).as_dict()

    assert figures.pop("queries") == 0
    assert set(figures.values()) == {None}
