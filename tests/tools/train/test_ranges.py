from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tests.embedders.networks import ranges_of, scaled  # noqa: E402 - only where torch is
from tools.train import ranges  # noqa: E402
from tools.train.network import STRETCH, Student, save_student  # noqa: E402
from visualsearch.embedders.fitting import Fit  # noqa: E402
from visualsearch.embedders.ranges import read_ranges  # noqa: E402

SIDE = 64


def test_ranges_are_the_highest_over_all_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "AT_ONCE", 2)
    torch.manual_seed(1)
    weights = tmp_path / "tiny-1.safetensors"
    save_student(Student(dimensions=8), weights, {})
    pixels = np.random.default_rng(0).integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)
    pictures = [Image.fromarray(one) for one in pixels]

    ranges.store_ranges(weights, pictures, SIDE)

    student = Student(dimensions=8).eval()
    student.load_state_dict(ranges.load_student(weights))
    expected = ranges_of(student, scaled(Fit(SIDE, STRETCH).squares(pictures)))
    del expected[ranges.EXACT]
    assert len(expected) == 18
    assert read_ranges(weights) == pytest.approx(expected, rel=1e-3)
