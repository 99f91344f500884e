from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError

from visualsearch.checks import check_embedder, check_serving, check_setting, check_sources
from visualsearch.sync import want


def test_settings_of_the_shop_have_no_problem() -> None:
    assert check_setting() + check_sources() + check_embedder() == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"EMBEDER": "x"}, "VISUALSEARCH has an unknown key 'EMBEDER'."),
        ({"LIMIT": "ten"}, "VISUALSEARCH['LIMIT'] is 'ten', which is no int."),
        ({"LIMIT": True}, "VISUALSEARCH['LIMIT'] is True, which is no int."),
        ({"BELL": 1}, "VISUALSEARCH['BELL'] is 1, which is no bool."),
        ({"LIMIT": 0}, "VISUALSEARCH['LIMIT'] is 0."),
        ([], "VISUALSEARCH is not a dict."),
    ],
)
def test_visualsearch_e001_wrong_setting(settings: Any, written: Any, message: str) -> None:
    settings.VISUALSEARCH = written

    (error,) = check_setting()

    assert (error.id, error.msg) == ("visualsearch.E001", message)
    assert error.hint


def test_visualsearch_e002_unknown_embedder(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBEDDER": "nothing"}

    (error,) = check_embedder()

    assert error.id == "visualsearch.E002"
    assert "nothing" in error.msg


def test_visualsearch_w001_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.sources._registry", {})

    (warning,) = check_sources()

    assert (warning.id, warning.msg) == ("visualsearch.W001", "No model takes part in visual search.")


@pytest.mark.django_db
def test_visualsearch_w002_another_embedder_answers(settings: Any) -> None:
    want("thumbnail")
    assert check_serving(databases=["default"]) == []
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": "tests.embedders.tiny.TinyEmbedder"}

    (warning,) = check_serving(databases=["default"])

    assert warning.id == "visualsearch.W002"
    assert warning.msg == (
        "Searches are answered by the embedder 'thumbnail', but the setting names 'tests.embedders.tiny.TinyEmbedder'."
    )
    assert "visualsearch_rebuild --embedder tests.embedders.tiny.TinyEmbedder" in (warning.hint or "")


def test_visualsearch_w002_asks_no_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr("visualsearch.checks.ServingEmbedder.read", fail)

    assert check_serving(databases=["default"]) == []
    assert check_serving() == []
