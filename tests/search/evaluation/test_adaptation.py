from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.exceptions import VisualSearchError
from visualsearch.models import PhotoMean
from visualsearch.search.evaluation import Query, evaluate, words_of
from visualsearch.search.evaluation import adaptation as module
from visualsearch.search.evaluation.adaptation import FOLDS, PHOTOS_LEAST, NotingSearch, measure_adaptation
from visualsearch.search.seen import Seen
from visualsearch.vectors import Vectors, normalise

pytestmark = pytest.mark.django_db
GOODS = 8


@pytest.fixture
def photos(tmp_path: Path) -> list[Query]:
    """Three photos of each thing of a shop, its picture among them."""
    queries = []
    for number in range(GOODS):
        add_product(draw_mosaic(number), sku=f"G{number}")
        for shot in range(3):
            path = tmp_path / f"{number}-{shot}.png"
            path.write_bytes(draw_mosaic(number, size=96 + 32 * shot))
            queries.append(
                Query(name=path.name, photo=path, source=PRODUCTS, right=frozenset({f"G{number}"}), right_by="key")
            )
    sync_now()
    return queries


def test_photos_are_measured_without_and_with_adaptation(photos: list[Query]) -> None:
    report = evaluate(photos)

    assert report.adapted is not None
    assert [one.queries for one in (report.adapted.without, report.adapted.other_goods)] == [len(photos)] * 2
    assert report.adapted.without.recall_at_1 == report.figures.recall_at_1 == 1
    values = json.loads(json.dumps(report.as_dict()))["adaptation"]
    assert set(values) == {"without", "other_goods", "other_photos", "differences", "sentences"}
    words = words_of(report)
    assert "no adaptation                         1.000     1.000     1.000" in words
    assert "adapted to photos of other goods" in words
    assert not PhotoMean.objects.exists(), "What is measured is not kept."


def test_no_photo_is_adapted_by_photos_of_its_own_goods(photos: list[Query], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of goods lies on an axis of its own, on which the mean of other goods has nothing."""
    means: list[Vectors] = []
    adapt = module.adapt

    def note(seen: Seen, known: Any) -> Seen:
        means.append(known.photos[seen.vector[0] > 0.99])
        return adapt(seen, known)

    monkeypatch.setattr(module, "adapt", note)
    monkeypatch.setattr(module, "mean_of_pictures", lambda space: np.zeros(GOODS, np.float32))
    monkeypatch.setattr(module, "_search", lambda photos, vectors, limit: [])
    monkeypatch.setattr(module, "_differences", lambda without, goods, seed: ())
    axes = np.eye(GOODS, dtype=np.float32)
    seen = {
        query.photo: Seen(fingerprint="f", vector=axes[[int(query.name[0])]])
        for query in photos
        if isinstance(query.photo, Path)
    }

    assert measure_adaptation(photos, seen, seed=0, limit=10)

    by_goods, by_photo = means[: len(photos)], means[len(photos) :]
    assert all(mean == 0 for mean in by_goods)
    assert any(mean > 0 for mean in by_photo)


def test_too_few_photos_or_goods_say_nothing(photos: list[Query]) -> None:
    seen = {query.photo: Seen(fingerprint="f", vector=normalise(np.ones((1, 3), np.float32))) for query in photos}
    known: Any = seen

    assert measure_adaptation(photos[: PHOTOS_LEAST - 1], known, seed=0, limit=10) is None
    few = [query for query in photos if query.name < str(FOLDS - 1)]
    assert measure_adaptation(few * 3, known, seed=0, limit=10) is None


def test_shop_s_own_pictures_are_not_measured_so() -> None:
    assert evaluate([]).adapted is None


def test_search_that_notes_raises_as_any_other(tmp_path: Path) -> None:
    search = NotingSearch()
    (tmp_path / "photo.png").write_bytes(b"no picture")

    with pytest.raises(VisualSearchError):
        search(module.PhotoQuery(photo=tmp_path / "photo.png", source=PRODUCTS))

    assert search.seen == {}
