from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tests.embedders.lite import SMALL, build_small  # noqa: E402 - only where torch is
from tests.embedders.networks import arrays, ranges_of, scaled  # noqa: E402
from tools.train import ranges  # noqa: E402
from tools.train.network import STRETCH, Student, load_student, save_student  # noqa: E402
from visualsearch.embedders.efficientnet_lite import build_efficientnet_lite  # noqa: E402
from visualsearch.embedders.fitting import Fit  # noqa: E402
from visualsearch.embedders.ranges import ranges_path, read_ranges  # noqa: E402
from visualsearch.embedders.weights import digest_of_weights  # noqa: E402

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
    student.load_state_dict(load_student(weights))
    expected = ranges_of(student, scaled(Fit(SIDE, STRETCH).squares(pictures)))
    del expected[ranges.EXACT]
    found = read_ranges(ranges_path(weights), digest_of_weights(weights))
    assert len(expected) == 18
    assert {low for low, _ in found.values()} == {0}
    assert {key: high for key, (_, high) in found.items()} == pytest.approx(expected, rel=1e-3)


def test_values_below_0_are_in_the_range_and_what_no_value_reaches_is_not() -> None:
    graph = build_efficientnet_lite(SMALL, arrays(build_small().state_dict()))
    pixels = np.random.default_rng(0).integers(0, 256, (2, SMALL.side, SMALL.side, 3), dtype=np.uint8)

    found = ranges.measure_ranges(graph, pixels, ["_blocks.1._expand_conv", "_blocks.1._depthwise_conv"])

    low, high = found["_blocks.1._expand_conv"]
    assert low < 0 < high
    assert found["_blocks.1._depthwise_conv"] == (0, pytest.approx(6, abs=5.9))
