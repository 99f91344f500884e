from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visualsearch.embedders.torch_files import read_shapes, read_tensors

torch = pytest.importorskip("torch")

Save = Callable[[Any, Path], None]

HALF = "HalfStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"


def save_old(state: Any, path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


both = pytest.mark.parametrize("save", [torch.save, save_old], ids=["zip", "old"])


def state() -> dict[str, Any]:
    torch.manual_seed(0)
    return {
        "plain": torch.randn(3, 4),
        "turned": torch.randn(4, 3).T,
        "part": torch.randn(10)[3:7],
        "single": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "half": torch.randn(5).half(),
        "brain": torch.randn(5).bfloat16(),
        "count": torch.tensor([1, -2]),
        "flags": torch.tensor([True, False]),
        "parameter": torch.nn.Parameter(torch.randn(2)),
    }


@both
def test_each_tensor_is_read_as_torch_reads_it(save: Save, tmp_path: Path) -> None:
    save(state(), path := tmp_path / "some.pth")

    found = read_tensors(path)

    assert found.keys() == state().keys()
    for key, value in state().items():
        assert found[key].dtype == np.float32
        np.testing.assert_array_equal(found[key], value.detach().float().numpy())
    assert read_shapes(path) == {key: tuple(value.shape) for key, value in state().items()}


@both
def test_the_state_of_a_module_and_words_beside_it_are_read(save: Save, tmp_path: Path) -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    save({**module.state_dict(), "epoch": 7, "note": "words"}, path := tmp_path / "some.pth")
    save(module.state_dict(), pure := tmp_path / "pure.pth")

    assert read_tensors(path).keys() == read_tensors(pure).keys() == module.state_dict().keys()


@both
@pytest.mark.parametrize("other", [[1], "words", torch.zeros(2)], ids=["list", "words", "tensor"])
def test_a_file_without_a_dict_is_refused(save: Save, other: Any, tmp_path: Path) -> None:
    save(other, path := tmp_path / "some.pth")

    with pytest.raises(ValueError, match="it holds no dict"):
        read_tensors(path)


def forge(path: Path, old: bytes, new: bytes) -> None:
    """Write a zip file whose pickle says something else."""
    torch.save({"w": torch.arange(6).reshape(2, 3).half()}, whole := io.BytesIO())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.endswith("data.pkl"):
                assert old in data
                data = data.replace(old, new)
            target.writestr(entry.filename, data)


SHAPE, STRIDES, OFFSET, COUNT = b"K\x02K\x03\x86", b"K\x03K\x01\x86", b"QK\x00", b"K\x06t"
MINUS, HUGE = b"J\xff\xff\xff\xff", b"\x8a\x07\xff\xff\xff\xff\xff\xff\x00"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (OFFSET, b"QK\x01", "reaches to number 6 of a storage of 6"),
        (OFFSET, b"Q" + MINUS, "strides or the offset of a tensor are no numbers of 0 or more"),
        (OFFSET, b"Q" + HUGE, "reaches to number"),
        (OFFSET, b"QN", "strides or the offset"),
        (STRIDES, b"K\x04K\x01\x86", "reaches to number 6"),
        (STRIDES, b"K\x03" + MINUS + b"\x86", "strides or the offset"),
        (STRIDES, b"K\x03" + HUGE + b"\x86", "reaches to number"),
        (STRIDES, b"K\x03\x85", "strides or the offset"),
        (SHAPE, b"K\x02" + MINUS + b"\x86", "the shape of a tensor is no tuple of at most 8 numbers of 0 or more"),
        (SHAPE, b"K\x02\x88\x86", "the shape of a tensor"),
        (SHAPE, b"K\x02K\x04\x86", "more numbers than it holds"),
        (SHAPE, HUGE + HUGE + b"\x86", "more numbers than it holds"),
        (SHAPE, b"(" + b"K\x01" * 9 + b"t", "the shape of a tensor"),
        (COUNT, b"K\x05t", "storage '0' has 12 bytes, not 5 numbers"),
        (COUNT, HUGE + b"t", "storage '0' has 12 bytes"),
        (b"HalfStorage", b"FloatStorage", "storage '0' has 12 bytes, not 6 numbers"),
        (b"X\x01\x00\x00\x000", b"X\x01\x00\x00\x009", "no item named"),
    ],
)
def test_nothing_outside_a_storage_is_read(old: bytes, new: bytes, problem: str, tmp_path: Path) -> None:
    forge(path := tmp_path / "forged.pth", old, new)

    with pytest.raises((ValueError, KeyError), match=problem):
        read_tensors(path)


def test_strides_of_0_give_no_more_numbers_than_the_file_holds(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1).expand(10**12)}, path := tmp_path / "expanded.pth")

    with pytest.raises(ValueError, match="more numbers than it holds"):
        read_tensors(path)


def test_a_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    torch.save({"w": torch.zeros(9)}, whole := io.BytesIO())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))

    with pytest.raises(ValueError, match=r"data.pkl is compressed"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"little_endianq\x02\x88", b"little_endianq\x02\x89", "not in little-endian order"),
        (b"\x8a\x0al\xfc\x9cF", b"\x8a\x0al\xfc\x9cG", "no file of torch.save"),
        (np.int64(9).tobytes(), np.int64(8).tobytes(), "has no storage .* of 8 numbers"),
        (np.int64(9).tobytes(), np.int64(2**60).tobytes(), "has no storage .* numbers"),
        (b"K\x09N", b"\x8a\x08" + np.int64(2**60).tobytes() + b"N", "has no storage .* of 9 numbers"),
    ],
)
def test_an_old_file_that_contradicts_itself_is_refused(old: bytes, new: bytes, problem: str, tmp_path: Path) -> None:
    save_old({"w": torch.ones(9)}, path := tmp_path / "old.pth")
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))

    with pytest.raises(ValueError, match=problem):
        read_tensors(path)


def test_an_old_file_with_a_false_count_everywhere_reserves_nothing(tmp_path: Path) -> None:
    save_old({"w": torch.ones(9)}, path := tmp_path / "old.pth")
    count = np.int64(2**60).tobytes()
    data = path.read_bytes().replace(np.int64(9).tobytes(), count).replace(b"K\x09N", b"\x8a\x08" + count + b"N")
    path.write_bytes(data)

    with pytest.raises(ValueError, match="has 36 bytes, not 1152921504606846976 numbers"):
        read_tensors(path)


@both
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_torn_file_ends_in_an_error_or_in_numbers(save: Save, data: st.DataObject, tmp_path: Path) -> None:
    save({"w": torch.arange(6.0).reshape(2, 3), "v": torch.ones(2).half()}, path := tmp_path / "torn.pth")
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])

    # What a damaged archive raises is the library's business; whoever asks takes any error for damage.
    with suppress(Exception):
        assert all(value.dtype == np.float32 for value in read_tensors(path).values())
