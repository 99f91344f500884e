from __future__ import annotations

from typing import Any

import pytest

from visualsearch.exceptions import TooManySearches
from visualsearch.search import admission
from visualsearch.search.admission import Gate, fetching


@pytest.fixture
def gate() -> Gate:
    return Gate(lambda: 2, "searches")


def test_one_more_than_may_run_at_once_is_refused_at_once(gate: Gate) -> None:
    with gate.admitted(), gate.admitted(), pytest.raises(TooManySearches, match="at most 2 searches"), gate.admitted():
        pass


def test_whoever_ends_makes_room(gate: Gate) -> None:
    with gate.admitted():
        with gate.admitted():
            pass
        with gate.admitted():
            pass


def test_search_that_fails_makes_room_too(gate: Gate) -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), gate.admitted():
            1 / 0  # noqa: B018

    with gate.admitted(), gate.admitted():
        pass


def test_refused_search_takes_no_room(gate: Gate) -> None:
    with gate.admitted(), gate.admitted():
        for _ in range(5):
            with pytest.raises(TooManySearches), gate.admitted():
                pass

    with gate.admitted(), gate.admitted():
        pass


def test_whoever_fetches_a_photo_leaves_the_room_to_another_and_comes_back(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}
    gate = admission.gate
    with gate.admitted():
        with fetching(), gate.admitted():
            pass
        with pytest.raises(ZeroDivisionError), fetching():
            1 / 0  # noqa: B018

        with pytest.raises(TooManySearches, match="at most 1 searches"):
            gate.check()

    gate.check()


def test_one_more_photo_than_may_be_fetched_at_once_is_refused_at_once(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 2, "FETCHES_AT_ONCE": 1}
    gate = admission.gate
    with gate.admitted(), gate.admitted():
        with fetching(), pytest.raises(TooManySearches, match="at most 1 photos to be fetched"), fetching():
            pass

        with fetching():
            pass
