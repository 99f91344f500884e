"""The running mean of shoppers' photos, as the database holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.indexes.base import Space
from visualsearch.models import Embedding, PhotoMean, count_photos, current_space, mean_of_pictures
from visualsearch.models import photo_means as module
from visualsearch.sync.forget import forget
from visualsearch.vectors import Vectors, normalise, unpack

pytestmark = pytest.mark.django_db
SPACE = Space(source="goods", fingerprint="f", dimensions=4)


def draw_vectors(count: int, seed: int = 0) -> Vectors:
    return normalise(np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32))


def row(space: Space = SPACE) -> PhotoMean:
    found = PhotoMean.of_space(space)
    assert found
    return found


def test_mean_is_that_of_all_photos_in_however_many_parts_they_came() -> None:
    vectors = draw_vectors(20)

    for part in np.split(vectors, [1, 4, 12]):
        assert count_photos(SPACE, part.sum(axis=0), len(part))

    np.testing.assert_allclose(row().photos_mean, vectors.mean(axis=0), atol=1e-6)
    assert (row().count, row().total) == (20, 20)


def test_old_photos_fade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 10)
    old, new = draw_vectors(2)
    count_photos(SPACE, 500 * old, 500)

    for _ in range(5):
        count_photos(SPACE, 2 * new, 2)

    share = 0.8**5
    np.testing.assert_allclose(row().photos_mean, share * old + (1 - share) * new, atol=1e-6)
    assert (row().count, row().total) == (10, 510)


def test_one_caller_of_two_thousand_moves_the_mean_by_a_two_thousandth() -> None:
    usual, foreign = draw_vectors(2)
    count_photos(SPACE, module.REMEMBERED * usual, module.REMEMBERED)

    count_photos(SPACE, foreign, 1)

    moved = np.linalg.norm(row().photos_mean - usual)
    assert moved == pytest.approx(np.linalg.norm(foreign - usual) / module.REMEMBERED, rel=0.01)


def test_who_comes_at_the_same_moment_changes_nothing_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = draw_vectors(2)
    count_photos(SPACE, first, 1)
    before = row()
    count_photos(SPACE, second, 1)
    monkeypatch.setattr(PhotoMean, "of_space", staticmethod(lambda space: before))

    assert not count_photos(SPACE, second, 1)

    assert PhotoMean.objects.get().total == 2


def test_spaces_have_means_of_their_own() -> None:
    other = Space(source="goods", fingerprint="another", dimensions=4)
    one, two = draw_vectors(2)

    count_photos(SPACE, one, 1)
    count_photos(other, two, 1)

    np.testing.assert_allclose(row().photos_mean, one, atol=1e-6)
    np.testing.assert_allclose(row(other).photos_mean, two, atol=1e-6)


def test_pictures_are_averaged_as_they_are_stored_and_only_those_that_can_be_found() -> None:
    hidden = add_product(draw("red"))
    for number in range(3):
        add_product(draw_mosaic(number))
    sync_now()
    hidden.delete()
    sync_now()
    space = current_space(PRODUCTS)

    stored = Embedding.objects.of_space(space).ready().values_list("vector", flat=True)
    vectors = unpack([bytes(vector or b"") for vector in stored], space.dimensions).astype(np.float32)
    assert len(vectors) == 3
    np.testing.assert_allclose(mean_of_pictures(space), vectors.mean(axis=0), atol=1e-6)


def test_of_many_pictures_some_all_along_the_journal_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STRETCHES", 4)
    monkeypatch.setattr(module, "_OF_ONE", 1)
    for number in range(12):
        add_product(draw_mosaic(number))
    sync_now()
    space = current_space(PRODUCTS)

    stored = Embedding.objects.of_space(space).order_by("revision").values_list("vector", flat=True)
    vectors = unpack([bytes(vector or b"") for vector in stored], space.dimensions).astype(np.float32)
    np.testing.assert_allclose(mean_of_pictures(space), vectors[[0, 3, 6, 9]].mean(axis=0), atol=1e-6)


def test_pictures_are_read_again_after_a_day() -> None:
    space = current_space(PRODUCTS)
    photo = np.ones(space.dimensions, np.float32)
    count_photos(space, photo, 1)
    assert not row(space).pictures_mean.any()
    add_product(draw("red"))
    sync_now()

    count_photos(space, photo, 1)
    assert not row(space).pictures_mean.any()
    PhotoMean.objects.update(pictures_read=timezone.now() - timedelta(days=1, seconds=1))
    count_photos(space, photo, 1)

    np.testing.assert_allclose(row(space).pictures_mean, mean_of_pictures(space), atol=1e-6)


def test_mean_goes_with_the_vectors_of_its_embedder() -> None:
    add_product(draw())
    sync_now()
    Embedding.objects.update(fingerprint="old")
    old = replace(current_space(PRODUCTS), fingerprint="old")
    count_photos(old, np.ones(old.dimensions, np.float32), 1)
    count_photos(SPACE, draw_vectors(1)[0], 1)

    forget("old")

    assert [one.fingerprint for one in PhotoMean.objects.all()] == ["f"]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_no_mean_is_longer_than_one(counts: list[int]) -> None:
    PhotoMean.objects.all().delete()
    for seed, count in enumerate(counts):
        count_photos(SPACE, draw_vectors(count, seed).sum(axis=0), count)

    assert np.linalg.norm(row().photos_mean) <= 1 + 1e-6
