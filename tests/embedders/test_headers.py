from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.embedders.contract import PICTURES
from visualsearch.embedders.headers import read_header
from visualsearch.embedders.products import ProductsEmbedder
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
@pytest.mark.parametrize("content", [b"", b"not weights", b"\x10\0\0\0\0\0\0\0{}", b"PK\x03\x04torn", b"\x80\x02torn"])
def test_damaged_weights_are_told(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(EmbedderUnavailable, match="Expected a state dict at .* but it is damaged"):
        ProductsEmbedder(path).embed(PICTURES)


def test_a_pickle_that_would_run_a_command_is_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "harm"),)

    torch.save({"conv1.weight": Harm()}, path := tmp_path / "harmful.pth")

    with pytest.raises(EmbedderUnavailable, match="mkdir has no place in a state dict"):
        ProductsEmbedder(path).embed(PICTURES)
    assert not (tmp_path / "harm").exists()


def test_shapes_and_the_words_of_the_maker_are_read(narrow_path: Path) -> None:
    header = read_header(narrow_path)

    assert header.shapes["conv1.weight"] == (8, 3, 7, 7)
    assert header.metadata == {"name": "tiny-1", "side": "64", "stretch": "1.34", "licence": "MIT"}
