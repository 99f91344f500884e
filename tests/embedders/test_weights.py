from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.embedders.networks import State, save_safetensors
from visualsearch.embedders.weights import read_weights

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
