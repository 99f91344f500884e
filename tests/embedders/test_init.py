from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django import Settings

from visualsearch import embedders
from visualsearch.embedders import get_embedder, load_embedder
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.exceptions import EmbedderUnavailable

PROBE = """
import sys
from django.conf import settings
settings.configure(VISUALSEARCH={{"EMBEDDER": {embedder!r}}})
from visualsearch.embedders import get_embedder
embedder = get_embedder()
print(embedder.name, embedder.check(), {more})
heavy = {{"torch", "torchvision", "timm", "open_clip", "transformers", "onnxruntime", "openvino"}}
sys.exit(", ".join(heavy & set(sys.modules)) or 0)
"""


class TinyEmbedder(ThumbnailEmbedder):
    """An embedder of a shop's own."""


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    embedders._loaded.clear()
    yield
    embedders._loaded.clear()


def test_the_setting_names_the_embedder(settings: Settings) -> None:
    settings.VISUALSEARCH = {"EMBEDDER": "thumbnail"}

    assert get_embedder().name == "thumbnail"


def test_without_the_setting_the_package_has_what_is_needed(settings: Settings) -> None:
    settings.VISUALSEARCH = {}

    assert get_embedder().name in SHIPPED
    assert get_embedder().check() == []


def test_a_shop_may_bring_its_own_class() -> None:
    assert isinstance(load_embedder(f"{__name__}.TinyEmbedder"), TinyEmbedder)


def test_one_embedder_serves_all_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(load_embedder, ["thumbnail"] * 40))

    assert len({id(embedder) for embedder in found}) == 1


@pytest.mark.parametrize("name", ["products-0", "", "..", "a.", ".b.C", "weights.onnx.zip/"])
def test_an_unknown_name_is_told_the_known_ones(name: str) -> None:
    with pytest.raises(
        EmbedderUnavailable,
        match="There is no embedder .*. Write one of thumbnail, products-5, products-4, resnet18, .*resnet152",
    ):
        load_embedder(name)


@pytest.mark.parametrize("path", ["shop.nothing.Here", "visualsearch.embedders.Nothing"])
def test_a_class_that_cannot_be_imported_is_told(path: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="cannot be imported"):
        load_embedder(path)


def test_a_class_of_another_family_is_refused() -> None:
    with pytest.raises(EmbedderUnavailable, match="subclass of visualsearch.embedders.Embedder"):
        load_embedder("pathlib.Path")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_starts_afresh_even_while_another_thread_loads() -> None:
    load_embedder("thumbnail")
    with embedders._lock:
        child = os.fork()
        if child == 0:
            os._exit(1 if embedders._loaded or embedders._lock.locked() else 0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert "thumbnail" in embedders._loaded


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_frees_nothing_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()

    class WithThreads(ThumbnailEmbedder):
        def __del__(self) -> None:
            if os.getpid() != parent:
                os._exit(1)

    monkeypatch.setitem(embedders._loaded, "with threads", WithThreads())
    child = os.fork()
    if child == 0:
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("embedder", "more"),
    [
        ("thumbnail", "embedder.fingerprint, embedder.dimensions"),
        ("products-4", "embedder.fingerprint, embedder.dimensions"),
        ("resnet50", "''"),
        ({"BACKEND": "timm", "OPTIONS": {"model": "resnet50.a1_in1k"}}, "''"),
        ({"BACKEND": "open_clip", "OPTIONS": {"model": "RN50", "pretrained": "openai"}}, "''"),
        ({"BACKEND": "transformers", "OPTIONS": {"model": "facebook/dinov2-small"}}, "''"),
        ("nowhere.onnx", "''"),
    ],
)
def test_heavy_libraries_are_not_imported_by_a_check(embedder: object, more: str) -> None:
    probe = subprocess.run(
        [sys.executable, "-c", PROBE.format(embedder=embedder, more=more)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert probe.returncode == 0, probe.stderr
