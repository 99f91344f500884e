from __future__ import annotations

from math import comb
from random import Random

import pytest

from visualsearch.search.evaluation.bootstrap import paired_bootstrap


def binomial_quantile(count: int, share: float, below: float) -> int:
    """Return the least number of successes that is reached with a probability of `below` or more."""
    total = 0.0
    for successes in range(count + 1):
        total += comb(count, successes) * share**successes * (1 - share) ** (count - successes)
        if total >= below:
            return successes
    return count


def test_interval_is_that_of_the_binomial_distribution() -> None:
    """Of 100 photos 30 are gained: a resample's gain is binomial, so that the interval is known exactly."""
    difference = paired_bootstrap("recall@1", [1.0] * 30 + [0.0] * 70, 0)

    assert difference.points == pytest.approx(30)
    assert difference.low == pytest.approx(binomial_quantile(100, 0.3, 0.025), abs=0.51)
    assert difference.high == pytest.approx(binomial_quantile(100, 0.3, 0.975), abs=0.51)


def test_interval_is_that_of_the_normal_distribution_for_many_photos() -> None:
    chance = Random(1)
    values = [chance.gauss(0.02, 0.3) for _ in range(2_000)]
    mean = sum(values) / 2_000
    error = (sum((value - mean) ** 2 for value in values) / 2_000) ** 0.5 / 2_000**0.5

    difference = paired_bootstrap("MRR", values, 0)

    assert difference.low == pytest.approx(100 * (mean - 1.96 * error), abs=0.1)
    assert difference.high == pytest.approx(100 * (mean + 1.96 * error), abs=0.1)


def test_same_seed_gives_the_same_interval() -> None:
    values = [Random(2).random() - 0.4 for _ in range(50)]

    assert paired_bootstrap("MRR", values, 5) == paired_bootstrap("MRR", values, 5)


def test_gain_that_chance_does_not_explain_is_a_real_difference() -> None:
    difference = paired_bootstrap("recall@1", [1.0] * 20 + [0.0] * 80, 0)

    assert difference.is_real
    assert difference.sentence("new", "old").startswith(
        "recall@1: new is better than old by 20.0 points, 95 % interval "
    )
    assert difference.sentence("new", "old").endswith(": a real difference.")


def test_loss_is_said_with_the_lesser_end_first() -> None:
    difference = paired_bootstrap("MRR", [-0.5] * 20, 0)

    assert difference.sentence("new", "old") == (
        "MRR: new is worse than old by 50.0 points, 95 % interval 50.0 to 50.0: a real difference."
    )


def test_as_many_gains_as_losses_are_no_difference() -> None:
    difference = paired_bootstrap("recall@1", [1.0, -1.0] * 30, 0)

    assert not difference.is_real
    assert difference.sentence("new", "old").startswith(
        "recall@1: no difference can be told between new and old (+0.0 "
    )


def test_few_photos_are_no_proof() -> None:
    difference = paired_bootstrap("recall@1", [1.0] * 3, 0)

    assert not difference.is_real
    assert "of 3 photos" in difference.sentence("new", "old")


def test_no_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected the differences of at least one photo"):
        paired_bootstrap("recall@1", [], 0)
