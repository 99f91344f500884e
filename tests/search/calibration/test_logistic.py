from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.search.calibration.logistic import fit_logistic, sigmoid


def logit(share: float) -> float:
    return log(share / (1 - share))


def rows(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def test_two_values_have_the_shares_of_their_right_answers() -> None:
    features = rows(*[0] * 10, *[1] * 10)
    right = np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 7 + [0.0] * 3)

    intercept, weight = fit_logistic(features, right, ridge=1e-9)

    assert intercept == pytest.approx(logit(0.2), abs=1e-4)
    assert intercept + weight == pytest.approx(logit(0.7), abs=1e-4)


def test_count_is_the_same_as_a_row_repeated() -> None:
    features, right = rows(0, 1, 2, 3), np.array([0.0, 1.0, 0.0, 1.0])
    counts = np.array([3.0, 1.0, 2.0, 4.0])
    repeated = counts.astype(int)

    counted = fit_logistic(features, right, counts, ridge=1e-9)

    assert counted == pytest.approx(
        fit_logistic(np.repeat(features, repeated, axis=0), np.repeat(right, repeated), ridge=1e-9), abs=1e-4
    )


def test_weight_that_would_be_negative_is_nothing() -> None:
    chance = np.random.default_rng(0)
    features = chance.normal(size=(400, 2))
    right = (features[:, 0] - features[:, 1] + chance.normal(size=400) > 0).astype(float)

    _, first, second = fit_logistic(features, right)

    assert first > 0
    assert second == 0


def test_evidence_that_only_misleads_leaves_the_share_of_right_answers() -> None:
    fitted = fit_logistic(rows(0, 0, 1, 1), np.array([1.0, 1.0, 1.0, 0.0]))

    assert fitted == pytest.approx([logit(0.75), 0.0])


def test_answers_that_one_value_parts_cleanly_make_no_infinite_weight() -> None:
    intercept, weight = fit_logistic(rows(*range(20)), np.array([0.0] * 10 + [1.0] * 10))

    assert np.isfinite([intercept, weight]).all()
    assert sigmoid(intercept) < 0.1 < 0.9 < sigmoid(intercept + 19 * weight)


@pytest.mark.parametrize("right", [[1.0, 1.0], [0.0, 0.0], [1.0]])
def test_answers_all_alike_or_too_few_are_refused(right: list[float]) -> None:
    with pytest.raises(ValueError, match="right and wrong answers"):
        fit_logistic(rows(0, 1), np.array(right))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_sigmoid_rises_from_0_to_1_and_never_overflows(a: float, b: float) -> None:
    low, high = sorted((a, b))

    assert 0 <= sigmoid(low) <= sigmoid(high) <= 1
    assert sigmoid(low) + sigmoid(-low) == pytest.approx(1)
