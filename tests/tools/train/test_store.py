from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from tools.train.store import read_rows, write_photos_of


def test_photos_of_some_goods_are_listed_by_whole_paths(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("photo,sku\na/1.jpg,A\nb/1.jpg,B\na/2.jpg,A\n")

    write_photos_of({"A", "C"}, tmp_path, "photos.csv", tmp_path / "some.csv")

    rows = read_rows(tmp_path / "some.csv")
    assert [row["sku"] for row in rows] == ["A", "A"]
    assert [Path(row["photo"]) for row in rows] == [tmp_path / "a/1.jpg", tmp_path / "a/2.jpg"]
