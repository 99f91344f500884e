from __future__ import annotations

import json

import pytest

from tests.drawing import draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import add_product
from visualsearch.embedders import Embedder
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.search.evaluation import Comparison, compare, draw_pictures, embed_catalogue, query_of, shown_objects
from visualsearch.search.evaluation.queries import Failure
from visualsearch.sources import all_sources

pytestmark = pytest.mark.django_db


def comparison(serving: Embedder, other: Embedder, pictures: int = 12) -> Comparison:
    for number in range(pictures):
        add_product(draw_mosaic(number))
    queries = [query_of(one) for one in draw_pictures(all_sources(), pictures, 0)]
    (one, two), failed = embed_catalogue(
        shown_objects(all_sources()), [serving, other], lambda source, obj, picture: True
    )
    return compare(queries, one, two, [*failed, Failure(name="lost.jpg", reason="lost")])


def test_differences_are_those_of_the_figures() -> None:
    found = comparison(ThumbnailEmbedder(), TinyEmbedder())
    serving, other = found.serving.figures, found.other.figures

    recall, mrr = found.differences
    assert (recall.figure, mrr.figure) == ("recall@1", "MRR")
    assert recall.points == pytest.approx(100 * ((other.recall_at_1 or 0) - (serving.recall_at_1 or 0)), abs=0.02)
    assert mrr.points == pytest.approx(100 * ((other.mrr or 0) - (serving.mrr or 0)), abs=0.02)
    assert recall.photos == 12, "Pictures are drawn again, not their searches."
    assert all("thumbnail" in sentence and "tiny" in sentence for sentence in found.sentences)


def test_embedder_is_no_better_than_itself() -> None:
    found = comparison(ThumbnailEmbedder(), ThumbnailEmbedder())

    assert [(one.points, one.low, one.high) for one in found.differences] == [(0, 0, 0), (0, 0, 0)]
    assert "no difference can be told" in found.sentences[0]


def test_both_reports_name_the_catalogue_and_what_is_unreadable() -> None:
    found = comparison(ThumbnailEmbedder(), TinyEmbedder())

    for report, name in ((found.serving, "thumbnail"), (found.other, "tiny")):
        assert (report.about.embedder, report.about.catalogue) == (name, 12)
        assert [failure.name for failure in report.failed] == ["lost.jpg"]


def test_comparison_is_plain_values_for_a_program() -> None:
    values = json.loads(json.dumps(comparison(ThumbnailEmbedder(), TinyEmbedder()).as_dict()))

    assert values["about"]["embedder"] == "thumbnail"
    assert values["comparison"]["other"]["about"]["embedder"] == "tiny"
    assert set(values["comparison"]["differences"][0]) == {"figure", "points", "low", "high", "photos", "real"}


def test_nothing_to_search_with_gives_no_difference() -> None:
    assert comparison(ThumbnailEmbedder(), TinyEmbedder(), pictures=0).sentences == []
