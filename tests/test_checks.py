from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError

from visualsearch.checks import (
    check_api,
    check_embedder,
    check_engine,
    check_indexes,
    check_serving,
    check_setting,
    check_sources,
    check_storages,
)
from visualsearch.conf import get_settings
from visualsearch.sync import want


def test_settings_of_the_shop_have_no_problem() -> None:
    assert check_setting() + check_sources() + check_embedder() + check_engine() == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"EMBEDER": "x"}, "VISUALSEARCH has an unknown key 'EMBEDER'."),
        ({"LIMIT": "ten"}, "VISUALSEARCH['LIMIT'] is 'ten', which is no int."),
        ({"LIMIT": True}, "VISUALSEARCH['LIMIT'] is True, which is no int."),
        ({"BELL": 1}, "VISUALSEARCH['BELL'] is 1, which is no bool."),
        ({"EMBED_THREADS": 1.5}, "VISUALSEARCH['EMBED_THREADS'] is 1.5, which is no int | None."),
        ({"EMBED_THREADS": 0}, "VISUALSEARCH['EMBED_THREADS'] is 0."),
        ({"LIMIT": 0}, "VISUALSEARCH['LIMIT'] is 0."),
        ({"RETRY_SECONDS": float("nan")}, "VISUALSEARCH['RETRY_SECONDS'] is nan."),
        ({"NO_MATCH_BELOW": 70}, "VISUALSEARCH['NO_MATCH_BELOW'] is 70."),
        ({"NO_MATCH_BELOW": -0.1}, "VISUALSEARCH['NO_MATCH_BELOW'] is -0.1."),
        ({"SAME_PRODUCT_FROM": 1.01}, "VISUALSEARCH['SAME_PRODUCT_FROM'] is 1.01."),
        ({"RECALL_TARGET": 99}, "VISUALSEARCH['RECALL_TARGET'] is 99."),
        ({"RECALL_TARGET": float("nan")}, "VISUALSEARCH['RECALL_TARGET'] is nan."),
        ([], "VISUALSEARCH is not a dict."),
        (
            {"EMBEDDER": {"MODEL": "resnet50"}},
            "VISUALSEARCH['EMBEDDER'] is {'MODEL': 'resnet50'}: "
            'expected {"BACKEND": "...", "OPTIONS": {...}} and no other keys.',
        ),
        (
            {"EMBEDDERS": ["resnet50"]},
            "VISUALSEARCH['EMBEDDERS'] is ['resnet50']: "
            "expected a dict of names, each with a dict of BACKEND and OPTIONS.",
        ),
        (
            {"EMBEDDERS": {"{": {"BACKEND": "timm"}}},
            "VISUALSEARCH['EMBEDDERS'] is {'{': {'BACKEND': 'timm'}}: expected a name in place of '{'.",
        ),
    ],
)
def test_visualsearch_e001_wrong_setting(settings: Any, written: Any, message: str) -> None:
    settings.VISUALSEARCH = written

    (error,) = check_setting()

    assert (error.id, error.msg) == ("visualsearch.E001", message)
    assert error.hint


@pytest.mark.parametrize("key", ["NO_MATCH_BELOW", "SAME_PRODUCT_FROM", "RECALL_TARGET"])
@pytest.mark.parametrize("share", [0, 0.0, 0.5, 1])
def test_share_from_0_to_1_is_taken(settings: Any, key: str, share: float) -> None:
    settings.VISUALSEARCH = {key: share}

    assert check_setting() == []
    assert getattr(get_settings(), key.lower()) == share


@pytest.mark.parametrize("key", ["INDEX", "FALLBACK_INDEX"])
@pytest.mark.parametrize("name", ["fais", "no.such.Index", "catalog.models.Product", "catalog.shelves"])
def test_visualsearch_e007_unknown_index(settings: Any, key: str, name: str) -> None:
    settings.VISUALSEARCH = {key: name}

    (error,) = check_indexes()

    assert error.id == "visualsearch.E007"
    assert name in error.msg
    assert key in str(error.hint)


@pytest.mark.parametrize("name", ["exact", "faiss", "tests.shared.engine.EngineIndex"])
def test_known_index_is_no_problem(settings: Any, name: str) -> None:
    settings.VISUALSEARCH = {"INDEX": name, "FALLBACK_INDEX": "exact"}

    assert check_indexes() == []


def test_visualsearch_e002_unknown_embedder(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBEDDER": "nothing"}

    (error,) = check_embedder()

    assert error.id == "visualsearch.E002"
    assert "nothing" in error.msg


def test_visualsearch_e002_backend_without_options_of_its_own(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBEDDER": {"BACKEND": "thumbnail", "OPTIONS": {"side": 48}}}

    (error,) = check_embedder()

    assert (error.id, error.msg) == (
        "visualsearch.E002",
        "There is no backend 'thumbnail' that takes OPTIONS. Write one of onnx, open_clip, openvino, timm, "
        "torchvision, transformers, or the dotted path of an Embedder class.",
    )


@pytest.mark.parametrize(
    ("backend", "options", "message"),
    [
        (
            "timm",
            {"modell": "resnet50"},
            "The backend 'timm' has no option 'modell'. Its options: cache_dir, device, model, precision, weights.",
        ),
        ("torchvision", {}, "The backend 'torchvision' needs the option 'model'."),
        (
            "torchvision",
            {"model": "resnet50", "precision": "float16"},
            "The option 'precision' is 'float16'; expected one of auto, bfloat16, float32.",
        ),
        (
            "transformers",
            {"model": "facebook/dinov2-small", "device": "gpu"},
            "The option 'device' is 'gpu'; expected auto, cpu, cuda, cuda:NUMBER or mps.",
        ),
        (
            "tests.embedders.tiny.TinyEmbedder",
            {"side": 3},
            "The backend 'tests.embedders.tiny.TinyEmbedder' has no option 'side'. Its options: none.",
        ),
    ],
)
def test_visualsearch_e023_wrong_options(settings: Any, backend: str, options: Any, message: str) -> None:
    settings.VISUALSEARCH = {"EMBEDDER": {"BACKEND": backend, "OPTIONS": options}}

    (error,) = check_embedder()

    assert (error.id, error.msg) == ("visualsearch.E023", message)
    assert error.hint == ("Change OPTIONS in VISUALSEARCH['EMBEDDER']; docs/embedders.md says what each backend takes.")


def test_visualsearch_e023_wrong_options_of_a_named_embedder(settings: Any) -> None:
    named = {"mine": {"BACKEND": "timm"}, "missing": {"BACKEND": "onnx", "OPTIONS": {"path": "nowhere.onnx"}}}
    settings.VISUALSEARCH = {"EMBEDDER": "thumbnail", "EMBEDDERS": named}

    (error,) = check_embedder()

    assert (error.id, error.msg) == ("visualsearch.E023", "The backend 'timm' needs the option 'model'.")
    assert "VISUALSEARCH['EMBEDDERS']['mine']" in (error.hint or "")


@pytest.mark.parametrize(
    ("options", "missing", "extra"),
    [
        ({"BACKEND": "timm", "OPTIONS": {"model": "resnet50"}}, "timm", "timm"),
        ({"BACKEND": "torchvision", "OPTIONS": {"model": "resnet50"}}, "torch, torchvision", "torch"),
        ({"BACKEND": "open_clip", "OPTIONS": {"model": "hf-hub:a/b"}}, "open_clip", "open-clip"),
        ({"BACKEND": "transformers", "OPTIONS": {"model": "a/b"}}, "transformers, torch, torchvision", "transformers"),
    ],
)
def test_visualsearch_e020_the_backends_library_is_not_installed(
    settings: Any, monkeypatch: pytest.MonkeyPatch, options: Any, missing: str, extra: str
) -> None:
    monkeypatch.setattr("visualsearch.embedders.torch_network.find_spec", lambda name: None)
    settings.VISUALSEARCH = {"EMBEDDER": options}

    (error,) = check_embedder()

    name = " ".join([options["BACKEND"], options["OPTIONS"]["model"]])
    assert (error.id, error.msg) == (
        "visualsearch.E020",
        f"The embedder '{name}' needs {missing}, which is not installed.",
    )
    assert error.hint == f"Run `pip install django-visualsearch[{extra}]`."


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (
            "tpu",
            "There is no engine 'tpu'. Write one of auto, openvino, openvino-bf16, openvino-int8, torch, torch-bf16 "
            "into VISUALSEARCH['ENGINE'].",
        ),
        (
            "openvino-bf16",
            "VISUALSEARCH['ENGINE'] is 'openvino-bf16', but openvino is not installed. "
            "Run `pip install django-visualsearch[openvino]`.",
        ),
    ],
)
def test_visualsearch_e003_engine_cannot_be_used(
    engine: str, message: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visualsearch.embedders.engines.find_spec", lambda name: None)
    settings.VISUALSEARCH = {"ENGINE": engine}

    (error,) = check_engine()

    assert (error.id, error.msg) == ("visualsearch.E003", message)
    assert error.hint == "With VISUALSEARCH['ENGINE'] = 'auto' the best that is installed is taken."


def test_without_an_engine_in_the_setting_none_needs_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.embedders.engines.find_spec", lambda name: None)

    assert check_engine() == []


def test_visualsearch_w001_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.sources.registry._registry", {})

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


@pytest.mark.django_db
def test_visualsearch_w002_shows_a_backend_short_and_the_command_whole(settings: Any) -> None:
    want("thumbnail")
    entry = {"BACKEND": "torchvision", "OPTIONS": {"model": "resnet18"}}
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": entry}

    (warning,) = check_serving(databases=["default"])

    assert warning.msg == (
        "Searches are answered by the embedder 'thumbnail', but the setting names 'torchvision resnet18'."
    )
    command = """visualsearch_rebuild --embedder '{"BACKEND": "torchvision", "OPTIONS": {"model": "resnet18"}}'"""
    assert warning.hint == f"Run `{command}`, or change the setting."


def test_visualsearch_w002_asks_no_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr("visualsearch.checks.ServingEmbedder.read", fail)

    assert check_serving(databases=["default"]) == []
    assert check_serving() == []


@pytest.mark.parametrize("key", ["KEEP_PHOTOS", "SNAPSHOT_STORAGE"])
def test_visualsearch_e004_unknown_storage(settings: Any, key: str) -> None:
    settings.VISUALSEARCH = {key: "cellar"}

    (error,) = check_storages()

    assert (error.id, error.msg) == (
        "visualsearch.E004",
        f"VISUALSEARCH['{key}'] is 'cellar', which is no alias in STORAGES.",
    )
    assert error.hint


@pytest.mark.parametrize(("key", "what"), [("KEEP_PHOTOS", "Shoppers' photos"), ("SNAPSHOT_STORAGE", "Snapshots")])
def test_visualsearch_e005_storage_that_everybody_could_read(settings: Any, key: str, what: str) -> None:
    settings.VISUALSEARCH = {key: "default"}

    (error,) = check_storages()

    assert error.id == "visualsearch.E005"
    assert error.msg.startswith(f"{what} would be kept in ")
    assert "published under MEDIA_URL" in error.msg


def test_private_storages_or_none_at_all_are_fine(settings: Any, tmp_path: Any) -> None:
    assert check_storages() == []
    private = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    settings.VISUALSEARCH = {"KEEP_PHOTOS": "private", "SNAPSHOT_STORAGE": "private"}

    assert check_storages() == []


def test_visualsearch_e006_class_of_the_api_that_cannot_be_imported(settings: Any) -> None:
    settings.VISUALSEARCH = {"API_PERMISSIONS": ["shop.nowhere.IsMember"]}

    (error,) = check_api()

    start = "VISUALSEARCH['API_PERMISSIONS'] names 'shop.nowhere.IsMember', which cannot be imported: "
    assert (error.id, error.msg.startswith(start)) == ("visualsearch.E006", True)


def test_classes_of_the_api_that_are_there_have_no_problem(settings: Any) -> None:
    settings.VISUALSEARCH = {"API_AUTHENTICATION": ["visualsearch.api.keys.KeyAuthentication"]}

    assert check_api() == []
