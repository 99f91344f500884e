from __future__ import annotations

from pathlib import Path
from typing import Any

from visualsearch.conf import Settings, get_problems, get_settings


def test_settings_are_read_anew_when_they_change(settings: Any) -> None:
    settings.VISUALSEARCH = {"LIMIT": 5, "DIRECTORY": "/somewhere"}

    assert get_settings() == Settings(limit=5, directory=Path("/somewhere"))


def test_wrong_value_counts_as_not_written(settings: Any) -> None:
    settings.VISUALSEARCH = {"LIMIT": "ten", "QUEUE": "pictures"}

    assert get_settings() == Settings(queue="pictures")


def test_setting_may_be_left_out(settings: Any) -> None:
    del settings.VISUALSEARCH

    assert get_settings() == Settings()


def test_whole_number_is_a_number_of_seconds(settings: Any) -> None:
    settings.VISUALSEARCH = {"LEASE_SECONDS": 5}

    assert get_settings().lease_seconds == 5


def test_token_is_shown_nowhere(settings: Any) -> None:
    settings.VISUALSEARCH = {"MILVUS_TOKEN": "hunter2"}
    assert get_settings().milvus_token == "hunter2"
    assert "hunter2" not in repr(get_settings())

    settings.VISUALSEARCH = {"MILVUS_TOKEN": b"hunter2"}

    assert [problem.message for problem in get_problems()] == [
        "VISUALSEARCH['MILVUS_TOKEN'] is a secret, which is no str."
    ]


def test_an_embedder_with_options_is_one_string_whatever_their_order(settings: Any) -> None:
    options = {"model": "resnet18", "device": "cpu"}
    settings.VISUALSEARCH = {"EMBEDDER": {"OPTIONS": options, "BACKEND": "torchvision"}}
    written = get_settings().embedder

    settings.VISUALSEARCH = {"EMBEDDER": '{"BACKEND": "torchvision", "OPTIONS": {"device":"cpu","model":"resnet18"}}'}

    assert get_settings().embedder == written
    assert written == '{"BACKEND": "torchvision", "OPTIONS": {"device": "cpu", "model": "resnet18"}}'


def test_named_embedders_may_have_longer_options_than_the_database_keeps(settings: Any) -> None:
    settings.VISUALSEARCH = {
        "EMBEDDER": "mine",
        "EMBEDDERS": {"mine": {"BACKEND": "timm", "OPTIONS": {"x": "y" * 999}}},
    }

    assert get_problems() == ()
    assert get_settings().embedder == "mine"
    assert len(get_settings().embedders["mine"]) > 999
