from __future__ import annotations

import io
import os
import pickle
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.embedders.pickles import Storage, Tensor, load_pickle

HEAD = b"\x80\x02"
TENSOR = (
    b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nHalfStorage\nX\x01\x00\x00\x000"
    b"X\x03\x00\x00\x00cpuK\x06tQK\x02K\x02K\x03\x86K\x03K\x01\x86\x89ccollections\nOrderedDict\n)RtR"
)


def load(data: bytes) -> Any:
    return load_pickle(io.BytesIO(data))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_are_what_pickle_reads(value: Any) -> None:
    assert load(pickle.dumps(value, protocol=2)) == value


def test_a_tensor_is_what_the_pickle_says_of_it() -> None:
    assert load(HEAD + TENSOR + b".") == Tensor(Storage("F16", "0", 6), 2, (2, 3), (3, 1))


def test_a_parameter_is_its_tensor() -> None:
    parameter = b"ctorch._utils\n_rebuild_parameter\n" + TENSOR + b"\x89)\x87R."

    assert load(HEAD + parameter) == load(HEAD + TENSOR + b".")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (HEAD + b"cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", "os.system has no place in a state dict"),
        (HEAD + b"ctorch\nload\n)R.", "torch.load has no place"),
        (HEAD + b"cbuiltins\neval\n)R.", "builtins.eval has no place"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "STACK_GLOBAL has no place"),
        (b"(S'ls'\nios\nsystem\n.", "INST has no place|STRING has no place"),
        (HEAD + b"\x82\x01.", "EXT1 has no place"),
        (HEAD + b")R.", "takes more than it has put down"),
        (HEAD + b"t.", "takes more than it has put down"),
        (HEAD + b"h\x07.", "takes more than it has put down"),
        (HEAD + b".", "takes more than it has put down"),
        (HEAD + b"(K\x01K\x02u.", "puts things into what is no dict"),
        (HEAD + b"]K\x01K\x02s.", "puts things into what is no dict"),
        (HEAD + b"}K\x01a.", "puts things into what is no list"),
        (HEAD + b"ccollections\nOrderedDict\nK\x07\x85R.", "puts together what is no tensor"),
        (HEAD + b"ctorch\nFloatStorage\nK\x07\x85R.", "puts together what is no tensor"),
        (HEAD + b"ctorch._utils\n_rebuild_tensor_v2\n)R.", "puts together what is no tensor"),
        (HEAD + b"K\x07Q.", "names numbers in a way that is unknown"),
        (HEAD + TENSOR.replace(b"K\x06tQ", b"J\xff\xff\xff\xfftQ") + b".", "names numbers in a way that is unknown"),
        (HEAD + TENSOR.replace(b"HalfStorage", b"UntypedStorage") + b".", "torch.UntypedStorage has no place"),
    ],
)
def test_a_pickle_that_asks_for_anything_else_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        load(data)


def test_nothing_is_called_to_find_that_out(tmp_path: Any) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "harm"),)

    with pytest.raises(ValueError, match="mkdir has no place in a state dict"):
        load(pickle.dumps({"conv1.weight": Harm()}, protocol=2))
    assert not (tmp_path / "harm").exists()


def test_a_place_far_away_reserves_no_memory() -> None:
    """Python's own unpickler would make room for four thousand million places."""
    assert load(HEAD + b"K\x07r\xff\xff\xff\xffj\xff\xff\xff\xff.") == 7


@pytest.mark.parametrize("length", [b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"])
def test_a_word_longer_than_the_file_is_refused(length: bytes) -> None:
    with pytest.raises(ValueError, match="expected .* bytes"):
        load(HEAD + b"X" + length + b"short.")


@given(st.data())
def test_damaged_pickles_end_in_an_error_or_in_plain_values(data: st.DataObject) -> None:
    whole = HEAD + b"}X\x01\x00\x00\x00w" + TENSOR + b"s."
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] = data.draw(st.integers(0, 255))
    # Python warns of some words that are written in another way than it would.
    with suppress(ValueError, TypeError, KeyError, DeprecationWarning):
        load(bytes(changed[: data.draw(st.integers(0, len(whole)))]))
