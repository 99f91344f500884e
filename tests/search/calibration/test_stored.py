from __future__ import annotations

from typing import Any

import pytest

from tests.goods import PRODUCTS
from tests.search.calibration.made import CURVE, UNITS
from visualsearch.indexes import Space
from visualsearch.models import Calibration, current_space
from visualsearch.search.calibration import Calibrated, get_calibrated, get_prior, in_use, store

pytestmark = pytest.mark.django_db
UNKNOWN = Space(source=PRODUCTS, fingerprint="somebody-elses-1-12", dimensions=12)


def test_before_the_first_calibration_that_of_the_embedder_is_used() -> None:
    space = current_space(PRODUCTS)

    assert get_calibrated(space) == get_prior(space.fingerprint)
    assert in_use(space).words.startswith("in units of the embedder's own pictures")


def test_units_of_the_shop_replace_those_of_the_embedder() -> None:
    space = current_space(PRODUCTS)
    prior = get_prior(space.fingerprint)
    assert prior is not None

    store(space, UNITS, None)

    assert get_calibrated(space) == Calibrated(UNITS, prior.curve)
    assert (in_use(space).units, in_use(space).curve) == ("shop", "embedder")


def test_curve_of_the_shop_replaces_that_of_the_embedder_and_outlives_new_units() -> None:
    space = current_space(PRODUCTS)
    store(space, UNITS, CURVE)

    store(space, UNITS, None)

    assert get_calibrated(space) == Calibrated(UNITS, CURVE)
    assert Calibration.objects.count() == 1


def test_without_a_curve_nothing_is_known() -> None:
    store(UNKNOWN, UNITS, None)

    assert get_calibrated(UNKNOWN) is None
    assert "visualsearch_calibrate --photos" in in_use(UNKNOWN).words


def test_curve_of_the_shop_serves_an_embedder_that_came_without() -> None:
    store(UNKNOWN, UNITS, CURVE)

    assert get_calibrated(UNKNOWN) == Calibrated(UNITS, CURVE)


def test_one_source_is_not_measured_in_the_units_of_another() -> None:
    space = current_space(PRODUCTS)
    store(Space(source="other", fingerprint=space.fingerprint, dimensions=space.dimensions), UNITS, None)

    assert get_calibrated(space) == get_prior(space.fingerprint)


def test_search_reads_it_in_one_query(django_assert_num_queries: Any) -> None:
    space = current_space(PRODUCTS)

    with django_assert_num_queries(1):
        get_calibrated(space)
