"""A change of the index while searching goes on, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalog.models import Product
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.shared.engine import NAME, EngineIndex
from visualsearch.exceptions import CannotExchange, IndexUnavailable
from visualsearch.models import Embedding, Journal, ServingIndex, current_space
from visualsearch.opening import index_of
from visualsearch.sync import (
    Comparison,
    exchange_here,
    follow_index_setting,
    get_status,
    go_on_exchanging,
    want_index,
)
from visualsearch.tasks import compact, sync

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _exact_at_first(settings: Any, _engine: None) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
    follow_index_setting()


@pytest.fixture
def goods() -> list[Product]:
    products = [add_product(draw_mosaic(n), price=n) for n in range(12)]
    sync_now()
    return products


def answering() -> str:
    return ServingIndex.read().serving


def test_index_is_filled_compared_and_answers(goods: list[Product]) -> None:
    want_index(NAME)
    compared = [one for one in exchange_here() if isinstance(one, Comparison)]

    assert answering() == NAME
    assert [(one.source, one.queries, one.wanted.recall) for one in compared] == [(PRODUCTS, 36, 1.0)]
    assert [row.attributes["price"] for row in Embedding.objects.order_by("pk")] == [float(n) for n in range(12)]
    assert found(draw_mosaic(3), limit=1, filters={"price__gte": 3}) == [goods[3].sku]
    assert EngineIndex.asked[-1] == "conditions"


def test_way_back_brings_what_changed_since(goods: list[Product]) -> None:
    want_index(NAME)
    list(exchange_here())
    want_index("exact")
    list(exchange_here())
    late = add_product(draw_mosaic(12), price=1)
    sync_now()

    want_index(NAME)
    list(exchange_here())

    assert found(draw_mosaic(12), limit=1) == [late.sku]
    assert index_of(current_space(PRODUCTS)).revision == Journal.head()
    assert ServingIndex.read().previous == "exact"


def test_old_index_answers_while_the_engine_of_the_wanted_one_is_down(goods: list[Product]) -> None:
    EngineIndex.is_down = True
    want_index(NAME)

    with pytest.raises(IndexUnavailable):
        list(exchange_here())

    assert (answering(), ServingIndex.read().wanted) == ("exact", NAME)
    assert found(draw_mosaic(3), limit=1) == [goods[3].sku]


def test_index_that_does_not_hold_the_rows_is_not_taken(goods: list[Product], monkeypatch: Any) -> None:
    monkeypatch.setattr(EngineIndex, "digests", lambda self: {0: "other"})
    want_index(NAME)

    with pytest.raises(CannotExchange, match="does not hold what the rows do, in 1 blocks"):
        list(exchange_here())

    assert (answering(), ServingIndex.read().wanted) == ("exact", "exact")


def test_index_that_finds_less_is_not_taken(goods: list[Product], monkeypatch: Any) -> None:
    real = EngineIndex.search
    monkeypatch.setattr(EngineIndex, "search", lambda self, vector, k: real(self, -vector, k))
    want_index(NAME)

    with pytest.raises(CannotExchange, match=r"finds 0\.\d+ of the exact ten nearest"):
        list(exchange_here())

    assert (answering(), ServingIndex.read().wanted) == ("exact", "exact")


def test_index_of_an_engine_that_is_gone_can_be_left(goods: list[Product]) -> None:
    want_index(NAME)
    list(exchange_here())
    EngineIndex.is_down = True

    want_index("exact")
    (compared,) = exchange_here()

    assert isinstance(compared, Comparison)
    assert compared.serving is None
    assert found(draw_mosaic(3), limit=1) == [goods[3].sku]


def test_setting_is_followed_by_the_worker_in_the_background(goods: list[Product], settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": NAME}
    follow_index_setting()
    assert answering() == "exact"

    compact()
    assert answering() == "exact", "the rows do not say what it narrows by yet"
    sync()
    compact()

    assert answering() == NAME
    assert found(draw_mosaic(3), limit=1) == [goods[3].sku]


def test_wish_by_hand_holds_until_the_setting_changes_again(goods: list[Product], settings: Any) -> None:
    want_index(NAME)
    list(exchange_here())

    follow_index_setting()
    go_on_exchanging()

    assert answering() == NAME


def test_both_indexes_follow_the_journal_while_one_is_filled(goods: list[Product]) -> None:
    want_index(NAME)
    late = add_product(draw_mosaic(12), price=1)
    sync_now()

    assert index_of(current_space(PRODUCTS), NAME).revision == Journal.head()
    assert found(draw_mosaic(12), limit=1) == [late.sku]


def test_command_changes_and_says_the_way_back(goods: list[Product], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("visualsearch_rebuild", index=NAME)

    said = capsys.readouterr().out
    assert f"{PRODUCTS}, recall@10 and median of 36 queries: exact 1.000 in " in said
    assert f"Searches are answered by {NAME}. The way back: visualsearch_rebuild --index exact" in said


def test_command_takes_back_a_wish_where_the_index_that_answers_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    want_index(NAME)

    call_command("visualsearch_rebuild", index="exact")

    assert "Searches are answered by exact already." in capsys.readouterr().out
    assert ServingIndex.read().wanted == "exact"


def test_command_names_the_known_indexes() -> None:
    with pytest.raises(CommandError, match="'nothing' is no index"):
        call_command("visualsearch_rebuild", index="nothing")


def test_status_tells_which_index_answers_and_which_is_wanted(goods: list[Product], settings: Any) -> None:
    want_index(NAME)

    status = get_status()

    assert (status.index, status.index_wanted, status.index_setting) == ("exact", NAME, "exact")


def test_status_tells_of_an_engine_that_is_down(goods: list[Product], capsys: pytest.CaptureFixture[str]) -> None:
    want_index(NAME)
    list(exchange_here())
    EngineIndex.is_down = True
    add_product(draw_mosaic(12))
    sync_now()

    status = get_status()
    call_command("visualsearch_status")

    said = capsys.readouterr().out
    assert status.indexes[PRODUCTS].kind == "unreachable"
    assert status.publishing[0].error == "The engine cannot be reached: start it."
    assert f"Publishing   {PRODUCTS} to {NAME} fails since" in said


def test_dashboard_shows_what_is_made_ready_and_what_an_engine_says_that_is_down(
    goods: list[Product], admin_client: Client
) -> None:
    want_index(NAME)
    EngineIndex.is_down = True
    add_product(draw_mosaic(12))
    sync_now()

    page = admin_client.get("/admin/visualsearch/").content.decode()

    assert f"<dt>Made ready</dt><dd>{NAME}</dd>" in page
    assert "The engine cannot be reached: start it." in page
