from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.tools.train.goods import write_goods
from tools.train import head
from tools.train.head import Eyes, Group, SeenGoods, parts_of, see_goods, solve, write_head
from visualsearch.embedders.mixes import read_mix
from visualsearch.embedders.networks import find_network

NUMBERS = 12
RANDOM = np.random.default_rng(4)


@pytest.fixture(autouse=True)
def few_dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "PRINCIPAL", NUMBERS)
    monkeypatch.setattr(head, "DIMENSIONS", 8)
    monkeypatch.setattr(head, "RIDGE", 0.001)


def draw_group(things: int = 60, views: int = 4) -> tuple[Group, np.ndarray]:
    """Return things that differ in the first 6 numbers, whose views differ twice as much in the last 6."""
    labels = np.arange(things).repeat(views)
    identity = RANDOM.normal(size=(things, 6))[labels]
    seen = np.concatenate([identity, 2 * RANDOM.normal(size=(things * views, 6))], axis=1)
    shown = np.arange(things * views) % views == 0
    return Group(pictures=seen[shown], views=seen[~shown], things=labels[~shown]), labels[~shown]


def find_first(pictures: np.ndarray, photos: np.ndarray, labels: np.ndarray) -> float:
    pictures, photos = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (pictures, photos))
    return float(np.mean((photos @ pictures.T).argmax(axis=1) == labels))


def test_what_differs_between_views_of_one_thing_counts_less() -> None:
    group, labels = draw_group()
    unseen, wanted = draw_group()

    mean, weight = solve([group])
    assert unseen.views is not None
    before = find_first(unseen.pictures, unseen.views, wanted)
    after = find_first((unseen.pictures - mean) @ weight.T, (unseen.views - mean) @ weight.T, wanted)

    assert weight.shape == (8, NUMBERS)
    assert before < 0.5 < 0.9 < after


def test_the_mean_is_that_of_every_group_as_much() -> None:
    group, _ = draw_group()
    other = Group(pictures=np.full((500, NUMBERS), 3.0) + RANDOM.normal(size=(500, NUMBERS)))

    mean, _ = solve([group, other])

    np.testing.assert_allclose(mean, (group.pictures.mean(axis=0) + other.pictures.mean(axis=0)) / 2)


def test_spread_within_things_does_not_see_how_things_differ() -> None:
    group, _ = draw_group()
    assert group.views is not None
    assert group.things is not None
    moved = Group(pictures=group.pictures, views=group.views + 100.0 * group.things[:, None], things=group.things)

    np.testing.assert_allclose(moved.spread_within(), group.spread_within(), atol=1e-9)


def test_goods_that_are_left_out_leave_neither_picture_nor_photo() -> None:
    goods = SeenGoods(np.arange(4.0)[:, None], 10 + np.arange(6.0)[:, None], np.array([0, 1, 1, 2, 3, 3]))

    group = goods.without([1, 3])

    assert group.pictures.ravel().tolist() == [0, 2, 10, 13]
    assert group.views is not None
    assert group.views.ravel().tolist() == [10, 13]
    assert group.things is not None
    assert group.things.tolist() == [0, 2]


def test_a_written_head_is_read_as_an_embedder(tmp_path: Path) -> None:
    parts = parts_of("products-4", tmp_path)
    total = sum(find_network(part["network"]).dimensions for part in parts)
    mean, weight = RANDOM.normal(size=total), 1000 * RANDOM.normal(size=(total, 5)).T

    write_head(tmp_path / "mixed.safetensors", parts, mean, weight)

    mix = read_mix(tmp_path / "mixed.safetensors")
    read = mix.read_head()
    assert [part.network.name for part in mix.parts] == ["products-4", "efficientnet-lite0", "efficientnet-lite2"]
    assert mix.dimensions == 5
    assert mix.fingerprint.startswith("mixed-")
    assert read is not None
    np.testing.assert_allclose(read.weight * np.abs(weight).max(), weight, rtol=1e-3, atol=1)


def test_photos_are_seen_with_their_subject_and_labelled_by_their_goods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "LITES", ())
    write_goods(tmp_path, photos=[("b", 3), ("a", 2)])

    seen = see_goods(Eyes(parts_of("products-4", tmp_path), tmp_path), tmp_path)

    assert seen.labels.tolist() == [1, 1, 1, 0, 0]
    assert (seen.shop.shape, seen.photos.shape) == ((2, 256), (5, 256))
    np.testing.assert_allclose(np.linalg.norm(seen.shop, axis=1), head.OURS_WEIGHT, atol=1e-3)
    assert (np.linalg.norm(seen.photos, axis=1) < head.OURS_WEIGHT).all()
