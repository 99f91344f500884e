from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.drawing import draw
from tests.goods import add_product
from visualsearch import overview
from visualsearch.overview import get_overview

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_page_counts_a_large_shop_now_and_then_and_the_command_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "AGE", 1_000_000)
    assert get_overview(count_anew=False).status.wanted == 0
    add_product(draw())

    assert get_overview(count_anew=False).status.wanted == 0
    assert get_overview().status.wanted == 1


def test_shop_that_is_counted_in_no_time_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "monotonic", lambda: 0.0)
    assert get_overview(count_anew=False).status.wanted == 0
    add_product(draw())

    assert get_overview(count_anew=False).status.wanted == 1
