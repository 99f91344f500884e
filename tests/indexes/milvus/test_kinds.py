from __future__ import annotations

import pytest

from visualsearch.indexes.milvus.kinds import AUTO, KINDS, build_params, kind_wanted, search_params


def test_lite_compares_all_rows_where_milvus_would_choose_itself():
    assert kind_wanted(AUTO, lite=True) == "FLAT"
    assert kind_wanted(AUTO, lite=False) == AUTO
    assert kind_wanted("HNSW", lite=True) == "HNSW"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 10, 100, 16_384])
def test_every_kind_is_asked_widely_enough_for_k_rows(kind, k):
    params = search_params(kind, k)

    assert all(value >= k or value == build_params(kind).get("nlist") for value in params.values())
    # The limits of Milvus for `ef` and `search_list`.
    assert all(value <= 32_768 for value in params.values())
