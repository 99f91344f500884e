from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.search.evaluation.reliability import BINS, expected_calibration_error, reliability_of


def test_calibration_error_of_a_case_worked_out_by_hand() -> None:
    """Two bins: 0.6 and 0.65 are in (0.6 - 1/15, 0.6] and (0.6, 0.667], 0.95 twice in the last, (0.933, 1]."""
    probabilities = [0.6, 0.65, 0.95, 0.95]
    right = [True, False, True, False]

    # 1/4 * |1 - 0.6| + 1/4 * |0 - 0.65| + 2/4 * |0.5 - 0.95|
    assert expected_calibration_error(probabilities, right) == pytest.approx(0.4 / 4 + 0.65 / 4 + 0.45 / 2)


def test_probabilities_that_come_true_have_no_error() -> None:
    assert expected_calibration_error([0.5] * 4, [True, False, True, False]) == pytest.approx(0)
    assert expected_calibration_error([0.0, 1.0], [False, True]) == pytest.approx(0)


def test_probabilities_that_are_always_wrong_have_the_greatest_error() -> None:
    assert expected_calibration_error([0.0, 1.0], [True, False]) == pytest.approx(1)


def test_errors_of_one_bin_make_up_for_each_other() -> None:
    assert expected_calibration_error([0.48, 0.52], [False, True]) == pytest.approx(0)


def test_no_probability_gives_no_error() -> None:
    assert expected_calibration_error([], []) is None


def test_bins_are_open_below_and_closed_above() -> None:
    bins = reliability_of([0.0, 1 / 15, 1 / 15 + 1e-9, 1.0], [True, True, False, False])

    assert [one.count for one in bins] == [2, 1, *[0] * 12, 1]
    assert (bins[0].accuracy, bins[1].accuracy, bins[2].accuracy) == (1, 0, None)


@pytest.mark.parametrize(("probabilities", "right"), [([1.1], [True]), ([-0.1], [True]), ([0.5], [True, False])])
def test_what_is_no_probability_is_refused(probabilities: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match="Expected as many probabilities from 0 to 1"):
        expected_calibration_error(probabilities, right)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_bins_hold_every_answer_once_and_the_error_is_a_share(answers: list[tuple[float, bool]]) -> None:
    probabilities, right = [p for p, _ in answers], [hit for _, hit in answers]

    bins = reliability_of(probabilities, right)
    error = expected_calibration_error(probabilities, right)

    assert len(bins) == BINS
    assert sum(one.count for one in bins) == len(answers)
    assert error is not None
    assert -1e-9 <= error <= 1 + 1e-9
