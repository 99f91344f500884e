from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.backends import MAX_LENGTH, Backend, read_backend, write_backend

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=3)
OPTIONS = st.dictionaries(st.text(max_size=9), VALUES, max_size=4)


@given(name=st.text(min_size=1, max_size=20), options=OPTIONS)
def test_a_backend_comes_back_from_its_string(name: str, options: dict[str, Any]) -> None:
    text = write_backend({"BACKEND": name, "OPTIONS": options}, max_length=None)

    assert read_backend(text) == Backend(name, options)
    assert write_backend(text, max_length=None) == text


@given(options=OPTIONS)
def test_the_order_of_options_makes_no_other_string(options: dict[str, Any]) -> None:
    turned = dict(reversed(options.items()))

    first, second = (write_backend({"BACKEND": "x", "OPTIONS": one}, max_length=None) for one in (options, turned))

    assert first == second


def test_paths_become_text_and_tuples_lists() -> None:
    written = write_backend({"BACKEND": "onnx", "OPTIONS": {"path": Path("a") / "b.onnx", "mean": (0.5, 0.5, 0.5)}})

    assert json.loads(written)["OPTIONS"] == {"path": "a/b.onnx", "mean": [0.5, 0.5, 0.5]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "expected the name of a backend"),
        ({"BACKEND": ""}, "expected the name of a backend"),
        ({"BACKEND": "timm", "OPTION": {}}, "and no other keys"),
        ({"BACKEND": "timm", "OPTIONS": ["x"]}, "expected a dict with names of options"),
        ({"BACKEND": "timm", "OPTIONS": {1: 2}}, "expected a dict with names of options"),
        ({"BACKEND": "timm", "OPTIONS": {"model": object()}}, "expected options that JSON has"),
        ({"BACKEND": "timm", "OPTIONS": {"share": float("nan")}}, "expected options that JSON has"),
        ("{nonsense", "expected JSON of"),
        (7, "and no other keys"),
    ],
)
def test_what_is_no_backend_is_told(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_backend(value)


def test_one_that_is_longer_than_the_database_keeps_is_told_to_get_a_name() -> None:
    long = {"BACKEND": "timm", "OPTIONS": {"model": "x" * MAX_LENGTH}}

    with pytest.raises(ValueError, match=r"has 5\d\d characters, more than 500: give it a name in VISUALSEARCH"):
        write_backend(long)
    assert len(write_backend(long, max_length=None)) > MAX_LENGTH
