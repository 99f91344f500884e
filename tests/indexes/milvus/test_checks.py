from __future__ import annotations

from typing import Any

import pytest
from django.core import checks

from visualsearch.indexes.milvus.checks import check_milvus

RIGHT = {"INDEX": "milvus", "MILVUS_URI": "https://milvus.shop.example:19530", "MILVUS_TOKEN": "t"}


def written(settings: Any, **more: str) -> list[checks.CheckMessage]:
    settings.VISUALSEARCH = {**RIGHT, **more}
    return check_milvus()


def test_right_settings_have_no_problem(settings: Any) -> None:
    assert written(settings) == []
    assert written(settings, MILVUS_URI="http://127.0.0.1:19530") == []
    assert written(settings, MILVUS_URI="http://localhost:19530", SHOP="shop-1_b", MILVUS_KIND="DISKANN") == []


def test_nothing_is_said_where_another_index_answers(settings: Any) -> None:
    settings.VISUALSEARCH = {"INDEX": "faiss", "MILVUS_CONSISTENCY": "loose"}

    assert check_milvus() == []


def test_settings_of_a_fallback_are_looked_at_too(settings: Any) -> None:
    settings.VISUALSEARCH = {"INDEX": "pgvector", "FALLBACK_INDEX": "milvus"}

    assert [one.id for one in check_milvus()] == ["visualsearch.E041"]


def test_visualsearch_e020_client_is_not_installed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.indexes.milvus.checks.find_spec", lambda name: None)

    (error,) = written(settings)

    message = "VISUALSEARCH names the index 'milvus', whose client is not installed."
    assert (error.id, error.msg) == ("visualsearch.E040", message)
    assert error.hint == "Run `pip install django-visualsearch[milvus]`."


@pytest.mark.parametrize(
    ("more", "id", "message"),
    [
        ({"MILVUS_URI": ""}, "E041", "VISUALSEARCH names the index 'milvus' and says nowhere where it is."),
        (
            {"MILVUS_CONSISTENCY": "strong"},
            "E042",
            "VISUALSEARCH['MILVUS_CONSISTENCY'] is 'strong', which Milvus does not know.",
        ),
        ({"MILVUS_KIND": "hnsw"}, "E043", "VISUALSEARCH['MILVUS_KIND'] is 'hnsw', which is no kind of index."),
        ({"SHOP": "my shop"}, "E044", "VISUALSEARCH['SHOP'] is 'my shop', which is no name of a shop."),
        (
            {"MILVUS_URI": "var/milvus.db"},
            "W040",
            "VISUALSEARCH['MILVUS_URI'] is the file 'var/milvus.db', which one process can open: web or worker.",
        ),
        ({"MILVUS_URI": "http://milvus:19530"}, "W041", "The token of Milvus goes to milvus unencrypted."),
        (
            {"MILVUS_URI": "https://root:x@milvus:19530"},
            "W042",
            "VISUALSEARCH['MILVUS_URI'] holds a password, and addresses are written into logs.",
        ),
    ],
)
def test_visualsearch_e021_to_w022_of_milvus(more: dict[str, str], id: str, message: str, settings: Any) -> None:
    (found,) = written(settings, **more)

    assert (found.id, found.msg) == (f"visualsearch.{id}", message)
    assert found.hint


def test_token_without_encryption_is_fine_where_there_is_none(settings: Any) -> None:
    assert written(settings, MILVUS_URI="http://milvus:19530", MILVUS_TOKEN="") == []
