from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.embedders.conftest import State, save_safetensors
from tests.embedders.contract import PICTURES
from visualsearch.embedders import resnet, weights
from visualsearch.embedders.architectures import ARCHITECTURES, Architecture
from visualsearch.embedders.resnet import ResNetEmbedder
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda known: known.name)
def test_each_architecture_is_known_by_its_weights(architecture: Architecture, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.device("meta"):
        state = getattr(resnet._import_models(), architecture.name)(weights=None).state_dict()
    monkeypatch.setattr(weights, "_shapes_of", lambda path: {key: tuple(value.shape) for key, value in state.items()})

    assert weights.architecture_of(Path("any")) is architecture


@pytest.mark.parametrize("name", ["resnext50_32x4d", "wide_resnet50_2", "mobilenet_v2", "vit_b_32"])
def test_weights_of_another_network_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.device("meta"):
        state = getattr(resnet._import_models(), name)(weights=None).state_dict()
    monkeypatch.setattr(weights, "_shapes_of", lambda path: {key: tuple(value.shape) for key, value in state.items()})

    with pytest.raises(EmbedderUnavailable, match="one of resnet18, .*, resnet152; it holds others"):
        weights.architecture_of(Path("any"))


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
@pytest.mark.parametrize("content", [b"", b"not weights", b"\x10\0\0\0\0\0\0\0{}", b"PK\x03\x04torn", b"\x80\x02torn"])
def test_damaged_weights_are_told(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(EmbedderUnavailable, match="Expected a state dict at .* but it is damaged"):
        ResNetEmbedder(path).embed(PICTURES)


def test_a_pickle_that_would_run_a_command_is_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "harm"),)

    torch.save({"conv1.weight": Harm()}, path := tmp_path / "harmful.pth")

    with pytest.raises(EmbedderUnavailable, match="mkdir has no place in a state dict"):
        ResNetEmbedder(path).embed(PICTURES)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_a_file_is_checked_without_torch(suffix: str, state: State, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    (save_safetensors if suffix == ".safetensors" else torch.save)(state, path)
    code = (
        "import sys; from visualsearch.embedders import load_embedder; "
        f"e = load_embedder({str(path)!r}); print(e.dimensions, e.check(), 'torch' in sys.modules)"
    )

    found = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert found.stdout == "512 [] False\n"
