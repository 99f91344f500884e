from __future__ import annotations

from pathlib import Path

import pytest

from visualsearch.embedders.ranges import ranges_path, read_ranges, write_ranges
from visualsearch.exceptions import EmbedderUnavailable

DIGEST = "0123456789abcdef"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return ranges_path(tmp_path / "shop-1.safetensors")


def test_ranges_come_back_with_0_or_with_the_lowest_value(path: Path) -> None:
    ranges = {"layer1.0.conv1": (0.0, 3.25), "_blocks.1._expand_conv": (-2.5, 1.75)}
    write_ranges(path, DIGEST, ranges)

    assert path.name == "shop-1.ranges.json"
    assert read_ranges(path, DIGEST) == ranges


def test_where_only_the_highest_is_written_the_lowest_is_0(path: Path) -> None:
    path.write_text('{"digest": "0123456789ab", "highest": {"a": 3, "b": [-1, 2]}}')

    assert read_ranges(path, DIGEST) == {"a": (0.0, 3.0), "b": (-1.0, 2.0)}


def test_weights_that_nobody_measured_have_none(path: Path) -> None:
    assert read_ranges(path, DIGEST) == {}


def test_ranges_of_other_weights_are_refused(path: Path) -> None:
    write_ranges(path, DIGEST, {"layer1.0.conv1": (0.0, 3.25)})

    with pytest.raises(EmbedderUnavailable, match="to be measured with the weights in use, not others. Measure"):
        read_ranges(path, "abcdef0123456789")


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"highest": 3}', '{"highest": {"a": "a"}}', '{"highest": {"a": []}}',
        '{"highest": {"a": [1]}}', '{"highest": {"a": [1, 2, 3]}}', '{"highest": {"a": ["a", 2]}}',
    ],
)  # fmt: skip
def test_damaged_ranges_are_told_with_what_to_do(text: str, path: Path) -> None:
    path.write_text(text)

    with pytest.raises(EmbedderUnavailable, match=r"Expected ranges in .*shop-1\.ranges\.json: .* Measure them anew"):
        read_ranges(path, DIGEST)


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "[1, 2]", "[-2, -1]", "[NaN, 1]"])
def test_a_range_without_0_or_without_ends_is_refused(value: str, path: Path) -> None:
    path.write_text(f'{{"digest": "0123456789ab", "highest": {{"a": {value}}}}}')

    with pytest.raises(EmbedderUnavailable, match="Expected numbers above 0, or pairs around 0"):
        read_ranges(path, DIGEST)
