from __future__ import annotations

import pytest

from tests.search.evaluation.searches import make_measured
from visualsearch.search.evaluation.histogram import histogram_of


def test_right_and_wrong_first_results_are_counted_apart() -> None:
    histogram = histogram_of([make_measured(True, score=0.99), make_measured(False, score=0.41), make_measured()])

    assert histogram is not None
    assert (sum(histogram.right), sum(histogram.wrong)) == (1, 1)
    assert (histogram.right[-1], histogram.wrong[0]) == (1, 1)
    assert (histogram.edges[0], histogram.edges[-1]) == (pytest.approx(0.4), 1)


@pytest.mark.parametrize("score", [-1.0, 1.0, 1.0004, 0.0])
def test_every_score_has_a_place(score: float) -> None:
    histogram = histogram_of([make_measured(True, score=score)])

    assert histogram is not None
    assert sum(histogram.right) == 1
    assert list(histogram.edges) == sorted(set(histogram.edges))


def test_nothing_found_gives_no_histogram() -> None:
    assert histogram_of([make_measured()]) is None
