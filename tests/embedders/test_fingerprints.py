from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.embedders.fingerprints import digest_of_files, digest_of_folder, fingerprint_of
from visualsearch.exceptions import EmbedderUnavailable


@given(parts=st.lists(st.text(max_size=80), min_size=1, max_size=4), dimensions=st.integers(1, 100_000))
def test_any_parts_give_a_name_for_a_folder(parts: list[str], dimensions: int) -> None:
    found = fingerprint_of(parts, {}, dimensions)

    assert re.fullmatch(r"[a-z0-9.-]{1,100}", found)
    assert found.endswith(f"-{dimensions}")


@pytest.mark.parametrize(
    ("parts", "details", "dimensions"),
    [
        (["timm", "resnet50", "a1"], {"pooling": "cls"}, 8),
        (["timm", "resnet50", "A1"], {"pooling": "mean"}, 8),
        (["timm", "resnet50", "a1"], {"pooling": "mean"}, 9),
        (["timm", "x" * 200 + "a"], {}, 8),
        (["timm", "x" * 200 + "b"], {}, 8),
    ],
)
def test_whatever_changes_gives_another_name(parts: list[str], details: dict[str, Any], dimensions: int) -> None:
    assert fingerprint_of(parts, details, dimensions) != fingerprint_of(
        ["timm", "resnet50", "a1"], {"pooling": "mean"}, 8
    )
    assert fingerprint_of(parts, details, dimensions) != fingerprint_of(["timm", "x" * 200], {}, 8)


def test_files_are_known_by_name_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "config.json", tmp_path / "model.safetensors"
    one.write_text("{}")
    two.write_text("weights")
    both = digest_of_folder(tmp_path)

    assert digest_of_files([two, one]) == both
    two.write_text("other weights")
    assert digest_of_folder(tmp_path) != both


def test_a_file_or_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match="Expected a folder with the files of a model"):
        digest_of_folder(tmp_path / "nowhere")
    with pytest.raises(EmbedderUnavailable, match="cannot be read"):
        digest_of_files([tmp_path / "nowhere.bin"])
