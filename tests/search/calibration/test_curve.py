from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.calibration.made import CURVE, UNITS
from visualsearch.search.calibration import Calibrated, Curve, Units

scores = st.lists(st.floats(-1, 1), min_size=1, max_size=30).map(lambda values: sorted(values, reverse=True))
weights = st.floats(0, 5)
curves = st.builds(
    Curve,
    level=st.floats(-5, 5),
    lead=weights,
    sold_level=st.floats(-5, 5),
    sold_nearness=weights,
    others=st.floats(0, 1),
    fall=st.floats(0.05, 5),
)


def test_evidence_is_measured_in_the_units_of_the_shop() -> None:
    evidence = UNITS.measure([0.8, 0.7, 0.6])

    assert evidence.nearness == pytest.approx(2)
    assert evidence.lead == pytest.approx((0.8 - 0.7) / 0.05)
    assert evidence.distances == pytest.approx((1, 2))


@given(scores, scores)
def test_lead_is_over_the_second_whatever_comes_after(scores: list[float], others: list[float]) -> None:
    known = sorted([0.9, *scores[:1]], reverse=True)
    after = [score for score in others if score <= known[-1]]

    assert UNITS.measure([*known, *after]).lead == UNITS.measure(known).lead


def test_single_product_has_no_lead() -> None:
    assert UNITS.measure([0.8]).lead == 0


def test_probability_is_that_of_being_sold_times_that_of_being_the_first() -> None:
    first, second = Calibrated(UNITS, CURVE).probabilities([0.7, 0.6])

    assert first == pytest.approx(1 / (1 + exp(1 - 0.5 * 2)) * 1 / (1 + exp(-2 - 1)))
    assert second == pytest.approx(first * 0.5 * exp(-1 / 2))


def test_how_likely_a_thing_is_sold_depends_on_the_nearest_alone() -> None:
    calibrated = Calibrated(UNITS, CURVE)

    assert calibrated.sold([0.7, 0.7]) == calibrated.sold([0.7, 0.1]) == pytest.approx(1 / (1 + exp(-2 - 1)))
    assert calibrated.sold([0.5]) < calibrated.sold([0.7])


def test_nothing_found_has_no_probability() -> None:
    assert Calibrated(UNITS, CURVE).probabilities([]) == []


@given(curves, scores)
def test_probability_is_from_0_to_1_and_never_rises_with_the_rank(curve: Curve, scores: list[float]) -> None:
    probabilities = Calibrated(UNITS, curve).probabilities(scores)

    assert len(probabilities) == len(scores)
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= probability <= 1 for probability in probabilities)


@given(curves, scores, st.floats(0, 0.5))
def test_nearer_first_result_is_never_less_probable(curve: Curve, scores: list[float], nearer: float) -> None:
    calibrated = Calibrated(UNITS, curve)

    assert calibrated.probabilities([scores[0] + nearer, *scores[1:]])[0] >= calibrated.probabilities(scores)[0]


def test_numbers_go_to_json_and_back() -> None:
    assert Units.read(UNITS.as_dict()) == UNITS
    assert Curve.read(CURVE.as_dict()) == CURVE


def test_number_that_is_missing_is_told() -> None:
    with pytest.raises(KeyError, match="spread"):
        Units.read({"centre": 0.5})
