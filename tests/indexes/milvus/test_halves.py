"""Vectors of halves, which a cluster keeps: the protocol of a cluster before Milvus Lite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.indexes.contract import COUNT
from tests.indexes.journal import SPACE, Journal, draw
from tests.indexes.milvus.lite import TOKEN, Lite
from visualsearch.indexes import Index, Space, block_digests
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.milvus.index import MilvusIndex


@pytest.fixture(scope="session")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    server = Lite(tmp_path_factory.mktemp("halves"), halves=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def milvus(halves: Lite, settings: Any) -> dict[str, Any]:
    settings.VISUALSEARCH = {"MILVUS_URI": halves.uri, "MILVUS_TOKEN": TOKEN, "INDEX_SECONDS": 20.0}
    settings.VISUALSEARCH["MILVUS_KIND"] = "FLAT"
    return dict(settings.VISUALSEARCH)


@pytest.fixture
def filled(open_index: Callable[[Space], MilvusIndex]) -> tuple[MilvusIndex, Journal]:
    index, journal = open_index(SPACE), Journal()
    journal.add(range(1, COUNT + 1), draw(COUNT))
    index.catch_up(journal.read)
    return index, journal


def test_halves_come_back_as_they_were(filled: tuple[MilvusIndex, Journal]) -> None:
    index, journal = filled
    right = block_digests(np.array(list(journal.alive)), np.array(list(journal.alive.values())))

    assert index._engine.answering().half  # type: ignore[union-attr]
    assert index.digests() == right
    assert index.rebuild(journal.read)
    assert index.digests() == right


def test_scores_are_within_a_thousandth_of_the_exact_rule(filled: tuple[MilvusIndex, Journal]) -> None:
    index, journal = filled
    exact: Index = ExactIndex(SPACE)
    exact.catch_up(journal.read)

    for seed in range(20):
        query = draw(1, seed=seed)[0].astype(np.float32)
        ours, right = index.search(query, 20), exact.search(query, 20)
        assert np.abs(ours.scores - right.scores).max() < 0.001
        assert len(set(ours.ids.tolist()) & set(right.ids.tolist())) >= 19


def test_rows_of_another_shop_are_copied_as_they_were(
    filled: tuple[MilvusIndex, Journal], open_index: Callable[[Space], MilvusIndex], settings: Any
) -> None:
    index, journal = filled
    right = index.digests()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SHOP": "other"}
    other = open_index(SPACE)
    other.catch_up(journal.read)

    assert other.rebuild(journal.read)

    assert index.digests() == other.digests() == right


def test_rows_that_are_compared_one_by_one_are_halves_too(
    filled: tuple[MilvusIndex, Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, journal = filled
    monkeypatch.setattr("visualsearch.indexes.milvus.nearest.MOST_FOUND", 20)

    found = index.search(journal.alive[7], 50)

    assert len(found) == 50
    assert found.ids[0] == 7
