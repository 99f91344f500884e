"""Every engine of the package answers every filter as exact search does, with min(limit, allowed) results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q
from pytest_django import DjangoDbBlocker

from catalog.models import Category, Product
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.indexes.pgvector.database import database_as
from tests.shared.engine import be_patient_no_more
from visualsearch.sources import get_source
from visualsearch.sync import exchange_here, verify, want_index

COUNT = 60
ENGINES = ("faiss", "pgvector", "pgvector elsewhere", "milvus")
FILTERS: list[dict[str, Any]] = [
    {},
    {"price__gte": 30},
    {"price__gte": Decimal("10.5"), "price__lte": 14},
    {"in_stock": False, "price__lte": 40},
    {"category__name": "Lamps \"big\" \\ 'small'"},
    {"category__name": "Chairs", "in_stock": True},
    {"category__name": "lamps"},
    {"category__slug": "chairs"},
    {"sku__in": ["T1", "T7", "T59"]},
    {"price": 5},
    {"price__gte": 1000},
]


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Let this engine answer the searches of a shop that is empty."""
    be_patient_no_more()
    name, more, url = str(request.param), {}, f"sqlite:///{tmp_path}/shop.sqlite3"
    with ExitStack() as open_, django_db_blocker.unblock():
        if name == "milvus":
            request.getfixturevalue("milvus_engine")
        elif name == "pgvector":
            url = request.getfixturevalue("empty_pgvector")
        elif name == "pgvector elsewhere":
            open_.enter_context(database_as("vectors", request.getfixturevalue("empty_pgvector")))
            more = {"PGVECTOR_DATABASE": "vectors"}
        open_.enter_context(database_as("default", url))
        call_command("migrate", run_syncdb=True, verbosity=0)
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": name.split()[0], "EMBEDDER": "thumbnail", **more}
        yield name


@pytest.fixture
def goods(engine: str) -> list[Product]:
    shelves = [Category.objects.create(name=name, slug=name[:5]) for name in ("Chairs", "Lamps \"big\" \\ 'small'")]
    products = [
        add_product(draw_mosaic(n), price=n, in_stock=bool(n % 3), category=shelves[n % 7 == 0], sku=f"T{n}")
        for n in range(COUNT)
    ]
    sync_now()
    return products


def answers(name: str, settings: Any, **query: Any) -> tuple[list[str], list[str]]:
    """Return what the engine finds, and what exact search does."""
    ours = found(draw_mosaic(7), **query)
    kept = settings.VISUALSEARCH
    settings.VISUALSEARCH = {**kept, "INDEX": "exact"}
    exact = found(draw_mosaic(7), **query)
    settings.VISUALSEARCH = kept
    return ours, exact


@pytest.mark.parametrize("pressed", [False, True], ids=["as usual", "turned into rows"])
def test_every_filter_is_answered_as_exact_search_answers_it(
    goods: list[Product], engine: str, settings: Any, monkeypatch: pytest.MonkeyPatch, pressed: bool
) -> None:
    if pressed:
        monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 0)
        monkeypatch.setattr("visualsearch.search.candidates.MOST_STORED", 2)
    for filters in FILTERS:
        for limit in (3, 50):
            ours, exact = answers(engine, settings, filters=filters, limit=limit)
            assert ours == exact, (filters, limit)
            assert len(ours) == min(limit, Product.objects.filter(**filters).count()), (filters, limit)


def test_querysets_are_answered_as_exact_search_answers_them(goods: list[Product], engine: str, settings: Any) -> None:
    every = Product.objects.order_by("pk")
    for within in (every[5:9], every.exclude(price__lt=50), every.filter(Q(price=3) | Q(sku="T9")), every.none()):
        ours, exact = answers(engine, settings, within=within, limit=20)
        assert ours == exact
        assert len(ours) == min(20, within.count())


def test_what_is_hidden_saved_or_priced_anew_is_right_in_the_next_answer(goods: list[Product], engine: str) -> None:
    Product.objects.filter(sku="T7").update(is_active=False)
    assert "T7" not in found(draw_mosaic(7), limit=50)

    goods[8].price = 500
    goods[8].save()
    late = add_product(draw_mosaic(COUNT), price=501, sku="late")
    sync_now()

    assert set(found(draw_mosaic(7), filters={"price__gte": 400})) == {"T8", late.sku}
    assert verify(get_source(PRODUCTS)).waiting == 0


def test_engine_is_left_for_another_and_taken_again(goods: list[Product], engine: str) -> None:
    name = engine.split()[0]
    want_index("exact")
    list(exchange_here())
    late = add_product(draw_mosaic(COUNT), price=501, sku="late")
    sync_now()

    want_index(name)
    list(exchange_here())

    assert found(draw_mosaic(COUNT), limit=1) == [late.sku]
    assert verify(get_source(PRODUCTS)).equal
