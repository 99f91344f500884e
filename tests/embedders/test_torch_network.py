from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.contract import PICTURES
from tests.embedders.libraries import needs
from tests.embedders.networks import build, save_safetensors
from visualsearch.embedders import torch_network
from visualsearch.embedders.torchvision import TorchvisionEmbedder
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytestmark = needs("torchvision", "safetensors")


ROOT = Path(__file__).parents[2]

FORKING = """
import os, sys
from django.conf import settings
settings.configure()
from PIL import Image
from visualsearch.embedders.torchvision import TorchvisionEmbedder
assert TorchvisionEmbedder(model="resnet18", weights=sys.argv[1]).fingerprint
child = os.fork()
if child == 0:
    vectors = TorchvisionEmbedder(model="resnet18", weights=sys.argv[1]).embed([Image.new("RGB", (9, 9))])
    os._exit(0 if vectors.shape == (1, 512) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("torch") / "resnet18.safetensors"
    save_safetensors(build().state_dict(), path)
    return str(path)


@pytest.mark.parametrize(
    ("cuda", "processor", "device", "precision"),
    [
        (False, False, "cpu", "float32"),
        (False, True, "cpu", "bfloat16"),
        (True, False, "cuda", "bfloat16"),
    ],
)
def test_auto_takes_cuda_where_there_is_one_and_what_is_faster_there(
    cuda: bool, processor: bool, device: str, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: cuda)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: cuda)
    monkeypatch.setattr(torch_network, "bfloat16_is_faster", lambda: processor)
    embedder = TorchvisionEmbedder(model="resnet18")

    assert (embedder.get_device(), embedder.get_precision()) == (device, precision)
    assert embedder.engine.why.startswith(f"{device}; {precision}")


def test_what_the_options_say_comes_before_auto() -> None:
    embedder = TorchvisionEmbedder(model="resnet18", device="cuda:1", precision="float32")

    assert (embedder.get_device(), embedder.get_precision()) == ("cuda:1", "float32")
    assert embedder.engine.name == "torch"


def test_device_and_precision_change_no_fingerprint(path: str) -> None:
    options: list[dict[str, Any]] = [{}, {"device": "cuda"}, {"precision": "bfloat16"}]

    assert len({TorchvisionEmbedder(model="resnet18", weights=path, **one).fingerprint for one in options}) == 1


def test_the_network_is_loaded_once_for_all_threads(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = TorchvisionEmbedder(model="resnet18", weights=path)
    create, built = embedder.create, []

    def count(*, with_weights: bool) -> Any:
        built.append(with_weights)
        return create(with_weights=with_weights)

    monkeypatch.setattr(embedder, "create", count)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(embedder.embed, [PICTURES[:1]] * 8))

    assert built.count(True) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_embeds_after_its_parent_has_asked_for_the_fingerprint(path: str) -> None:
    # In a process of its own: one that has run a network with threads can fork no child that does.
    probe = subprocess.run([sys.executable, "-c", FORKING, path], cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert probe.returncode == 0, probe.stderr


def test_a_library_that_cannot_be_imported_is_told_with_the_command(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = TorchvisionEmbedder(model="resnet18", weights=path)

    def refuse() -> Any:
        raise ImportError("No module named 'torchvision'")

    monkeypatch.setattr("visualsearch.embedders.torchvision._torchvision", refuse)

    with pytest.raises(EmbedderUnavailable) as raised:
        _ = embedder.dimensions
    assert str(raised.value) == (
        "Expected torch, torchvision for torchvision resnet18: No module named 'torchvision'. "
        "Run `pip install django-visualsearch[torch]`."
    )


def test_a_device_that_is_not_there_is_told(path: str) -> None:
    if torch.cuda.is_available():
        pytest.skip("has one")
    embedder = TorchvisionEmbedder(model="resnet18", weights=path, device="cuda")

    with pytest.raises(EmbedderUnavailable, match="torchvision resnet18 cannot be loaded: "):
        embedder.prepare()


def test_vectors_on_cuda_are_those_of_the_processor(path: str) -> None:
    if not torch.cuda.is_available():
        pytest.skip("needs CUDA")
    ours = TorchvisionEmbedder(model="resnet18", weights=path, device="cuda").embed(PICTURES)

    reference = TorchvisionEmbedder(model="resnet18", weights=path, device="cpu", precision="float32").embed(PICTURES)

    assert (np.vecdot(ours, reference) > 0.999).all()
