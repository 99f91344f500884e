from __future__ import annotations

import numpy as np
import pytest
from django.core import signing

from visualsearch.exceptions import SearchForgotten
from visualsearch.page.percents import percents
from visualsearch.search import Box, Seen
from visualsearch.search.tokens import Remembered, read_token
from visualsearch.vectors import normalise


def remembered(dimensions: int = 256) -> Remembered:
    vector = normalise(np.random.default_rng(1).normal(size=(1, dimensions)).astype(np.float32))
    seen = Seen(fingerprint="resnet50-1", vector=vector, copies=frozenset({"a.jpg"}))
    box = Box(0.25, 0.5, 0.125, 0.25)
    return Remembered(source="catalog.product", seen=seen, photo_id="12ab", box=box, boxes=(box,))


def test_token_holds_the_search() -> None:
    read = read_token(remembered().token())

    assert (read.source, read.photo_id, read.seen.copies) == ("catalog.product", "12ab", {"a.jpg"})
    assert read.box == Box(0.25, 0.5, 0.125, 0.25)
    assert read.boxes == (read.box,)


@pytest.mark.parametrize(("dimensions", "most"), [(256, 700), (2048, 3200)])
def test_token_fits_an_address(dimensions: int, most: int) -> None:
    assert len(remembered(dimensions).token()) < most


def test_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    token = remembered().token()
    monkeypatch.setattr("django.core.signing.time.time", lambda: 4_000_000_000.0)

    with pytest.raises(SearchForgotten):
        read_token(token)


@pytest.mark.parametrize(
    "token",
    ["", "x", "x:y:z", signing.dumps({"source": "other"}, salt="visualsearch.search")],
    ids=["empty", "one part", "no base64", "signed, of another version"],
)
def test_what_is_no_token_of_this_version_is_refused(token: str) -> None:
    with pytest.raises(SearchForgotten):
        read_token(token)


def test_edges_are_told_in_percent() -> None:
    assert percents(Box(0.25, 0.5, 0.125, 0.25)) == (25, 50, 37.5, 75)
