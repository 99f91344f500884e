from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from tests.drawing import draw, draw_mosaic
from tests.goods import add_poster
from tests.search.calibration.made import CURVE, UNITS
from visualsearch.search.calibration import Calibrated
from visualsearch.search.judging import is_no_match, judge
from visualsearch.search.results import Result, Tier
from visualsearch.sources import Picture

pytestmark = pytest.mark.django_db
KNOWN = Calibrated(UNITS, CURVE)
OTHER = Image.new("RGB", (64, 64), "white")


def results(*scores: float, picture: bytes | None = None) -> list[Result]:
    """Return results with these scores, all with the same picture."""
    poster = add_poster(picture)
    shown = Picture(key="picture", file=poster.picture)
    return [
        Result(object=poster, key=str(n), title="", url="", group=str(n), score=score, picture=shown)
        for n, score in enumerate(scores)
    ]


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("RGB")


def test_probability_is_that_of_the_scores() -> None:
    judged = judge(results(0.8, 0.7), [OTHER], KNOWN)

    assert [result.probability for result in judged] == KNOWN.probabilities([0.8, 0.7])


def test_order_stays_whatever_the_calibration_says() -> None:
    found = results(0.9, 0.8, 0.7)
    other = Calibrated(replace(UNITS, centre=0.1, spread=0.5), replace(CURVE, lead=0, others=1))

    for calibrated in (None, KNOWN, other):
        assert [result.key for result in judge(found, [OTHER], calibrated)] == ["0", "1", "2"]


def test_without_calibration_nothing_is_probable_and_nothing_refused() -> None:
    judged = judge(results(0.1, 0.05), [OTHER], None)

    assert [(result.probability, result.tier, result.sureness) for result in judged] == [(None, Tier.SIMILAR, "")] * 2
    assert not is_no_match(judged, None)


def test_probable_result_is_the_same_product_and_another_similar() -> None:
    first, second = judge(results(0.95, 0.2), [OTHER], KNOWN)

    assert first.probability is not None
    assert first.probability > 0.9
    assert (first.tier, first.sureness) == (Tier.SAME_PRODUCT, "sure")
    assert (second.tier, second.sureness) == (Tier.SIMILAR, "unsure")


def test_photo_that_is_a_copy_of_its_picture_is_the_same_picture() -> None:
    picture = draw_mosaic(1, size=200)
    part = opened(picture).crop((20, 30, 170, 180))

    (judged,) = judge(results(0.95, picture=picture), [part], KNOWN)

    assert judged.tier is Tier.SAME_PICTURE
    assert judged.probability is not None
    assert judged.probability >= 0.99


def test_copy_comes_before_what_scores_higher() -> None:
    near, own = results(0.98, picture=draw_mosaic(2)), results(0.95, picture=draw_mosaic(1))
    far = results(0.94, picture=draw_mosaic(3))

    judged = judge([*near, *own, *far], [opened(draw_mosaic(1))], KNOWN)

    assert [result.score for result in judged] == [0.95, 0.98, 0.94]
    assert [result.tier is Tier.SAME_PICTURE for result in judged] == [True, False, False]
    probabilities = [result.probability or 0 for result in judged]
    assert probabilities == sorted(probabilities, reverse=True)
    again = judge([*near, *own, *far], frozenset({own[0].picture.name}), KNOWN)
    assert [result.score for result in again] == [0.95, 0.98, 0.94]


def test_copy_is_recognised_without_a_calibration() -> None:
    picture = draw_mosaic(1)

    first, _ = judge(results(0.9, 0.8, picture=picture), [opened(picture)], None)

    assert (first.tier, first.probability) == (Tier.SAME_PICTURE, None)


def test_picture_that_scores_less_than_copies_do_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Picture, "open", lambda self: pytest.fail("It was opened."))

    judge(results(0.89, 0.8), [OTHER], KNOWN)


def test_one_copy_among_photos_that_score_less_together_is_recognised() -> None:
    picture = draw_mosaic(1)

    first, second = judge(results(0.5, 0.4, picture=picture), [OTHER, opened(picture)], KNOWN)

    assert (first.tier, second.tier) == (Tier.SAME_PICTURE, Tier.SAME_PICTURE)


def test_no_more_than_three_pictures_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    read = Picture.open
    monkeypatch.setattr(Picture, "open", lambda self: opened.append(self) or read(self))

    judge(results(*[0.99] * 9), [OTHER], KNOWN)

    assert len(opened) == 3


def test_picture_whose_file_is_gone_is_no_copy_and_ends_no_search(caplog: pytest.LogCaptureFixture) -> None:
    found = results(0.99, picture=draw())
    found[0].picture.file.storage.delete(found[0].picture.name)

    (judged,) = judge(found, [opened(draw())], KNOWN)

    assert judged.tier is not Tier.SAME_PICTURE
    assert "cannot be compared" in caplog.text


def test_nothing_is_close_enough_below_the_setting(settings: pytest.FixtureRequest) -> None:
    judged = judge(results(0.5, 0.4), [OTHER], KNOWN)
    sold = KNOWN.sold([0.5, 0.4])

    for below, expected in ((sold + 0.01, True), (sold, False)):
        settings.VISUALSEARCH = {"NO_MATCH_BELOW": below}
        assert is_no_match(judged, KNOWN) is expected


def test_several_alike_are_close_enough_though_none_is_sure() -> None:
    near, far = (judge(results(*[score] * 5), [OTHER], KNOWN) for score in (0.85, 0.3))

    assert [result.sureness for result in near] == ["unsure"] * 5
    assert not is_no_match(near, KNOWN)
    assert is_no_match(far, KNOWN)


def test_nothing_found_is_not_nothing_close_enough() -> None:
    assert judge([], [OTHER], KNOWN) == []
    assert not is_no_match([], KNOWN)
