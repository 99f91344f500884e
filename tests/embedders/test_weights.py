from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.embedders.networks import State, save_safetensors
from visualsearch.embedders.weights import read_weights
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_numbers_of_each_precision_are_read(suffix: str, kind: torch.dtype, tmp_path: Path) -> None:
    values = torch.tensor([[1.5, -2.25], [0.0, 3e4]], dtype=kind)
    state = {"some": values, "count": torch.tensor(7)}
    path = tmp_path / f"weights{suffix}"
    (save_safetensors if suffix == ".safetensors" else torch.save)(state, path)

    found = read_weights(path)

    np.testing.assert_array_equal(found["some"], values.float().numpy())
    assert found["some"].dtype == found["count"].dtype == np.float32
    assert found["count"] == 7


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth", "weights.pt"])
def test_damaged_weights_are_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"torn")

    with pytest.raises(EmbedderUnavailable, match="Expected a state dict at .* but it is damaged"):
        read_weights(tmp_path / name)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_a_file_is_read_without_torch(suffix: str, state: State, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    (save_safetensors if suffix == ".safetensors" else torch.save)(state, path)
    code = (
        "import sys; from pathlib import Path; from visualsearch.embedders import load_embedder; "
        "from visualsearch.embedders.weights import read_weights; "
        f"e = load_embedder({str(path)!r}); w = read_weights(Path({str(path)!r})); "
        "print(e.dimensions, e.check(), len(w), 'torch' in sys.modules)"
    )

    found = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert found.stdout == f"512 [] {len(state)} False\n"
