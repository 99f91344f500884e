from __future__ import annotations

from pathlib import Path

import pytest

from visualsearch.embedders.ranges import ranges_path, read_ranges, write_ranges
from visualsearch.exceptions import EmbedderUnavailable


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "shop-1.safetensors"
    path.write_bytes(b"numbers")
    return path


def test_ranges_lie_beside_the_weights_and_come_back(weights: Path) -> None:
    write_ranges(weights, {"layer1.0.conv1": 3.25})

    assert ranges_path(weights) == weights.with_name("shop-1.ranges.json")
    assert read_ranges(weights) == {"layer1.0.conv1": 3.25}


def test_weights_that_nobody_measured_have_none(weights: Path) -> None:
    assert read_ranges(weights) == {}


def test_ranges_of_other_weights_are_refused(weights: Path) -> None:
    write_ranges(weights, {"layer1.0.conv1": 3.25})
    weights.write_bytes(b"other numbers")

    with pytest.raises(EmbedderUnavailable, match="to be measured with shop-1.safetensors, not other weights. Measure"):
        read_ranges(weights)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"highest": 3}', '{"highest": {"layer1.0.conv1": "a"}}', '{"highest": {"layer1.0.conv1": []}}'],
)
def test_damaged_ranges_are_told_with_what_to_do(text: str, weights: Path) -> None:
    ranges_path(weights).write_text(text)

    with pytest.raises(EmbedderUnavailable, match=r"Expected the ranges of shop-1\.safetensors .* Measure them anew"):
        read_ranges(weights)


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity"])
def test_range_that_is_no_number_above_0_is_refused(value: str, weights: Path) -> None:
    write_ranges(weights, {"layer1.0.conv1": 3.25})
    path = ranges_path(weights)
    path.write_text(path.read_text().replace("3.25", value))

    with pytest.raises(EmbedderUnavailable, match="Expected numbers above 0"):
        read_ranges(weights)
