from __future__ import annotations

import numpy as np
import pytest

from tests.search.calibration.made import CURVE, UNITS
from visualsearch.search.calibration.curve import Evidence
from visualsearch.search.calibration.fit import Answered, Found, answered, fit_curve, fit_units
from visualsearch.search.evaluation.reliability import expected_calibration_error


def made(count: int, seed: int) -> list[Answered]:
    """Return searches whose results are right as often as CURVE says, of things that are sold."""
    chance = np.random.default_rng(seed)
    searches = []
    for nearness, lead, gap in zip(
        chance.normal(2, 1, count), abs(chance.normal(2, 1, count)), abs(chance.normal(size=count)), strict=True
    ):
        evidence = Evidence(nearness=nearness, lead=lead, distances=(gap, gap + 1))
        first = 1 / (1 + np.exp(-(CURVE.level + CURVE.lead * lead)))
        ends = np.cumsum([first, *(first * CURVE.others * np.exp(-behind / CURVE.fall) for behind in (gap, gap + 1))])
        place = int(np.searchsorted(ends, chance.random()))
        searches.append(Answered(evidence=evidence, right=place if place < len(ends) else None))
    return searches


def strangers(count: int, seed: int) -> list[Answered]:
    chance = np.random.default_rng(seed)
    return [
        Answered(evidence=Evidence(nearness=near, lead=0.5, distances=(0.1,)), right=None)
        for near in chance.normal(-3, 1, count)
    ]


def test_units_are_those_of_what_is_found_beside_the_own_product() -> None:
    units = fit_units([Found(scores=(0.9, 0.5, 0.3), right=0), Found(scores=(0.7, 0.6, 0.4), right=1)])

    assert units.centre == pytest.approx((0.5 + 0.7) / 2)
    assert units.spread == pytest.approx(0.1)
    assert units.lead == pytest.approx(np.std([0.5 - 0.3, 0.7 - 0.4]))
    assert 0.6 < units.copy < 0.61, "All but one in fifty of the own scores 0.9 and 0.6 are above."


def test_score_of_the_own_product_changes_no_unit_but_that_of_copies() -> None:
    near, far = ([Found(scores=(own, 0.5, 0.4), right=0)] * 3 for own in (0.99, 0.6))

    assert fit_units(near).centre == fit_units(far).centre
    assert fit_units(near).lead == fit_units(far).lead


def test_few_searches_are_drawn_towards_what_came_with_the_embedder() -> None:
    copies = [Found(scores=(0.9, 0.4, 0.3), right=0), Found(scores=(0.9, 0.2, 0.1), right=0)]

    one, many = fit_units(copies, UNITS), fit_units(copies * 1000, UNITS)

    assert fit_units(copies).centre == pytest.approx(0.3)
    assert 0.55 < one.centre < UNITS.centre
    assert many.centre == pytest.approx(0.3, abs=0.01)


def test_shop_of_one_product_has_no_units() -> None:
    with pytest.raises(ValueError, match="more than one product"):
        fit_units([Found(scores=(0.9,), right=0)])


def test_things_all_alike_have_a_spread_above_0() -> None:
    units = fit_units([Found(scores=(1.0, 1.0), right=0)] * 5)

    assert units.spread > 0
    assert units.lead > 0


def test_curve_says_of_other_photos_how_often_they_are_right() -> None:
    curve = fit_curve(made(3000, seed=1), strangers(300, seed=9))
    # So many that chance alone makes half of the error that is allowed.
    others = made(12_000, seed=2)

    firsts = [curve.first(one.evidence) for one in others]
    seconds = [curve.probabilities(one.evidence)[1] for one in others]

    assert curve.lead == pytest.approx(CURVE.lead, abs=0.15)
    assert expected_calibration_error(firsts, [one.right == 0 for one in others]) < 0.03
    assert abs(np.mean(seconds) - np.mean([one.right == 1 for one in others])) < 0.03


def test_strangers_are_less_probable_than_right_answers() -> None:
    curve = fit_curve(made(1000, seed=1), strangers(300, seed=2))

    right = [curve.first(one.evidence) for one in made(300, seed=3) if one.right == 0]
    foreign = [curve.first(one.evidence) for one in strangers(300, seed=4)]

    threshold = np.quantile(right, 0.1)
    assert np.mean(np.array(foreign) < threshold) > 0.95


def test_photos_that_are_all_right_fit_no_curve() -> None:
    photo = Answered(evidence=Evidence(nearness=1, lead=1, distances=()), right=0)

    with pytest.raises(ValueError, match="right and wrong"):
        fit_curve([photo] * 5, [])


def test_search_that_found_nothing_says_nothing() -> None:
    assert answered([Found(scores=(), right=None), Found(scores=(0.6,), right=0)], UNITS) == [
        Answered(evidence=UNITS.measure([0.6]), right=0)
    ]
