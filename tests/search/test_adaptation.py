from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.embedders import get_embedder
from visualsearch.models import count_photos, current_space
from visualsearch.search import Box, PhotoQuery, Seen, find_at, find_each, find_similar
from visualsearch.search import adaptation as module
from visualsearch.search.adaptation import PICTURES_SHARE, TRUSTED, Adaptation, adapt, get_adaptation, get_known
from visualsearch.sources import Picture
from visualsearch.vectors import Vectors, normalise

COLOURS = ("red", "blue", "green", "gold", "black")


@pytest.fixture
def adapting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the shop adapt to photos, and take what it knows of them as the database has it."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ADAPT_TO_PHOTOS": True}
    monkeypatch.setattr(module, "_read", {})
    monkeypatch.setattr(module, "KNOWN_SECONDS", 0.0)


def made(seed: int, count: int = 6, dimensions: int = 8) -> Vectors:
    """Draw unit vectors that have much in common, as those of pictures have."""
    return normalise(np.random.default_rng(seed).normal(0.4, 1, (count, dimensions)).astype(np.float32))


def seen(vector: Vectors) -> Seen:
    return Seen(fingerprint="f", vector=vector[None])


def fill(*colours: str) -> Vectors:
    """Sell a thing a colour; return the mean of their vectors."""
    for colour in colours:
        add_product(draw(colour), sku=colour)
    sync_now()
    return embedded(*colours).mean(axis=0)


def embedded(*colours: str) -> Vectors:
    return get_embedder().embed([Image.open(BytesIO(draw(colour))) for colour in colours])


@given(st.integers(0, 50), st.integers(0, 3_000), st.floats(0, 1))
def test_score_changes_by_how_much_more_a_picture_is_like_all_photos_than_pictures_are(
    seed: int, count: int, share: float
) -> None:
    photos, pictures, query = made(seed, 9).mean(0), made(seed + 1), made(seed + 2, 1)[0]
    known = Adaptation(photos=photos, pictures=pictures.mean(0), count=count)

    adapted = adapt(seen(query), known, share)

    shift = share * count / (count + TRUSTED) * (photos - PICTURES_SHARE * pictures.mean(0))
    expected = pictures @ query - (pictures @ shift - (pictures @ shift).mean())
    scores = [adapted.score_of(float(cosine)) for cosine in pictures @ adapted.vector[0]]
    np.testing.assert_allclose(scores, expected.clip(-1, 1), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(adapted.vector), 1, atol=1e-6)


@given(st.integers(0, 20), st.integers(1, 100))
def test_scores_of_a_shop_keep_their_mean_however_many_photos_are_known(seed: int, count: int) -> None:
    pictures, query = made(seed), made(seed + 1, 1)[0]
    known = Adaptation(photos=made(seed + 2, 9).mean(0) / 2, pictures=pictures.mean(0), count=count)

    adapted = adapt(seen(query), known)

    means = [(pictures @ one.vector[0] * one.scale + one.offset).mean() for one in (seen(query), adapted)]
    assert means[0] == pytest.approx(means[1], abs=1e-5)


def test_nothing_known_changes_nothing() -> None:
    before = seen(made(1, 1)[0])

    after = adapt(before, Adaptation(photos=made(2).mean(0), pictures=made(3).mean(0), count=0))

    np.testing.assert_allclose(after.vector, before.vector, atol=1e-7)
    assert (after.scale, after.offset) == (pytest.approx(1), 0)


def test_twenty_photos_are_believed_half() -> None:
    assert Adaptation(photos=made(1)[0], pictures=made(1)[0], count=TRUSTED).strength == 0.5


@given(st.floats(-1, 1), st.floats(0.3, 1.5), st.floats(-0.3, 0.3))
def test_cosine_of_a_score_is_the_way_back(cosine: float, scale: float, offset: float) -> None:
    one = Seen(fingerprint="f", vector=made(1, 1), scale=scale, offset=offset)

    score = one.score_of(cosine)

    if -1 < score < 1:
        assert one.cosine_of(score) == pytest.approx(cosine, abs=1e-9)


@pytest.mark.django_db
def test_a_picture_that_every_photo_is_like_no_longer_comes_first(adapting: None) -> None:
    fill(*COLOURS)
    mixed = normalise(embedded("red") + 1.02 * embedded("gold"))
    query = Seen(fingerprint=get_embedder().fingerprint, vector=mixed)
    assert [result.key for result in find_similar(PhotoQuery(photo=query, source=PRODUCTS))][:2] == ["gold", "red"]

    count_photos(current_space(PRODUCTS), 50 * embedded("gold")[0], 50)
    known = get_adaptation(current_space(PRODUCTS))
    assert known is not None
    adapted = find_similar(PhotoQuery(photo=adapt(query, known), source=PRODUCTS))

    assert adapted.results[0].key == "red"


@pytest.mark.django_db
def test_whole_photos_parts_and_points_are_adapted_and_own_pictures_are_not(adapting: None) -> None:
    fill(*COLOURS)
    product_picture = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS)).results[0].picture
    count_photos(current_space(PRODUCTS), embedded(*COLOURS).sum(0), len(COLOURS))
    query = PhotoQuery(photo=draw("red"), source=PRODUCTS)
    box = Box(0.1, 0.1, 0.8, 0.8)

    whole, part = find_each(query, [None, box])
    adapted = [whole, part, find_at(query, (0.5, 0.5))[1], find_similar(query)]
    adapted.append(find_similar(PhotoQuery(photo=draw("red"), box=box, suggest=True, source=PRODUCTS)))
    own = find_similar(PhotoQuery(photo=Picture(key="own", file=product_picture.file), source=PRODUCTS))

    assert all(answer.seen is not None and answer.seen.scale < 0.99 for answer in adapted)
    assert own.seen is not None
    assert (own.seen.scale, own.seen.offset) == (pytest.approx(1, abs=1e-6), 0)
    assert own.results[0].score == pytest.approx(1, abs=1e-3)


@pytest.mark.django_db
def test_only_a_shopper_s_whole_photos_tell_what_they_showed() -> None:
    fill("red", "blue")
    query = PhotoQuery(photo=draw("red"), source=PRODUCTS)
    picture = Picture(key="own", file=find_similar(query).results[0].picture.file)

    whole, part = find_each(query, [None, Box(0.1, 0.1, 0.8, 0.8)])
    together = find_similar(PhotoQuery(photo=[draw("red"), draw("blue")], source=PRODUCTS))
    with_own = find_similar(PhotoQuery(photo=[draw("red"), picture], source=PRODUCTS))
    own = find_similar(PhotoQuery(photo=picture, source=PRODUCTS))

    assert whole.unadapted is not None
    assert together.unadapted is not None
    assert (part.unadapted, with_own.unadapted, own.unadapted) == (None, None, None)


@pytest.mark.django_db
def test_a_token_finds_the_same_after_the_mean_has_moved(adapting: None) -> None:
    fill(*COLOURS)
    space = current_space(PRODUCTS)
    count_photos(space, 9 * embedded("blue")[0], 9)
    first = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS))
    assert first.seen is not None
    count_photos(space, 500 * embedded("red")[0], 500)

    again = find_similar(PhotoQuery(photo=Seen.read(first.seen.as_dict()), source=PRODUCTS))
    anew = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS))

    assert [result.key for result in again] == [result.key for result in first]
    scores = [result.score for result in first]
    assert [result.score for result in again] == pytest.approx(scores, abs=0.005)
    assert [result.score for result in anew] != pytest.approx(scores, abs=0.005)


@pytest.mark.django_db
def test_lowest_score_is_asked_for_on_the_scale_of_the_scores(adapting: None) -> None:
    fill(*COLOURS)
    count_photos(current_space(PRODUCTS), 50 * embedded(*COLOURS).mean(0), 50)
    scores = [result.score for result in find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS))]

    found = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS, min_score=scores[2] - 1e-4))

    assert [result.score for result in found] == pytest.approx(scores[:3])


@pytest.mark.django_db
def test_where_the_setting_is_off_what_is_known_is_not_used() -> None:
    mean = fill("red", "blue")
    count_photos(current_space(PRODUCTS), 30 * mean, 30)

    assert get_adaptation(current_space(PRODUCTS)) is None
    assert get_known(current_space(PRODUCTS)).words.startswith("off")


@pytest.mark.django_db
def test_status_says_how_many_photos_are_known_and_how_much_they_count(adapting: None) -> None:
    mean = fill("red", "blue")
    count_photos(current_space(PRODUCTS), 20 * mean, 20)

    known = get_known(current_space(PRODUCTS))

    assert known.words == "20 photos of shoppers are known; 50% of what they share is taken away"


@pytest.mark.django_db
def test_what_is_known_is_read_again_after_some_seconds(adapting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mean, now = fill("red", "blue"), [0.0]
    monkeypatch.setattr(module, "_read", {})
    monkeypatch.setattr(module, "KNOWN_SECONDS", 10.0)
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    space = current_space(PRODUCTS)
    assert get_adaptation(space) is None
    count_photos(space, 30 * mean, 30)

    assert get_adaptation(space) is None
    now[0] = 10.5
    known = get_adaptation(space)

    assert known is not None
    assert known.count == 30
