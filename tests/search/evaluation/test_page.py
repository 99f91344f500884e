from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from catalog.models import Category
from tests.drawing import draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import PRODUCTS, add_product, sync_now
from tests.search.evaluation.searches import make_measured, make_query
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.search.evaluation import (
    compare,
    draw_pictures,
    embed_catalogue,
    evaluate,
    query_of,
    render_report,
    shown_objects,
)
from visualsearch.search.evaluation.report import report_of
from visualsearch.sources import all_sources

pytestmark = pytest.mark.django_db
ODD = """<script>alert("1")</script>&'"""


class Addresses(HTMLParser):
    """Collects what a page would fetch, and tells whether its tags close."""

    VOID = ("meta", "img", "link", "input", "br", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.found += [value for name, value in attributes if name in ("src", "href", "srcset", "data", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shop() -> None:
    odd = Category.objects.create(name=f"Cups {ODD}", slug="cups")
    for number in range(5):
        # The last looks like the first, which has the lower id: its own picture finds the other.
        add_product(draw_mosaic(number % 4), category=odd, title=f"Mosaic {ODD}")
    sync_now()


def page() -> str:
    return render_report(evaluate([query_of(one) for one in draw_pictures(all_sources(), 5, 0)]))


def test_page_needs_no_other_file_and_closes_its_tags() -> None:
    shop()
    text = page()

    parser = Addresses()
    parser.feed(text)
    assert parser.open == []
    assert parser.found
    assert all(address.startswith("data:image/jpeg;base64,") for address in parser.found)
    assert not re.search(r"https?:|@import|url\(|<script", text)


def test_page_shows_figures_plots_matrix_and_worst_searches(uncalibrated: None) -> None:
    shop()
    text = page()

    for words in ("recall@1", "Found, by disturbance", "Scores of the first result", "By category and disturbance"):
        assert words in text
    assert text.count("<svg") == 2, "Without probabilities there is no reliability diagram."
    assert text.count('class="vse-card"') >= 1
    assert "screenshot" in text


def test_words_of_the_shop_are_escaped() -> None:
    shop()
    text = page()

    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#x27;" in text
    assert ODD not in text


def test_numbers_of_plots_are_the_same_in_every_language() -> None:
    shop()
    report = evaluate([query_of(one) for one in draw_pictures(all_sources(), 3, 0)])
    plots = re.compile(r'(?:width|x|y|height)="([^"]+)"')

    with translation.override("de"):
        german = render_report(report)

    assert plots.findall(german) == plots.findall(render_report(report))
    assert not any("," in value for value in plots.findall(german))


def test_reliability_diagram_is_drawn_where_there_are_probabilities() -> None:
    queries = [make_query(f"{number}.jpg") for number in range(20)]
    measured = [make_measured(number % 3 > 0, query=one, probability=0.7) for number, one in enumerate(queries)]
    report = report_of(measured, [], search=lambda query: [], embedder=TinyEmbedder(), seed=0, limit=10)

    text = render_report(report)

    assert "Do probabilities mean what they say?" in text
    assert text.count("<svg") == 3
    assert "ECE" in text


def test_photo_that_is_gone_meanwhile_leaves_an_empty_place(tmp_path: Path) -> None:
    query = make_query("gone.jpg", photo=tmp_path / "gone.jpg")
    report = report_of(
        [make_measured(False, query=query)], [], search=lambda query: [], embedder=TinyEmbedder(), seed=0, limit=10
    )

    text = render_report(report)

    assert "gone.jpg" in text
    assert '<span class="vse-none"></span>' in text


def test_comparison_is_shown_with_its_sentences() -> None:
    shop()
    queries = [query_of(one) for one in draw_pictures(all_sources(), 5, 0)]
    catalogues, _ = embed_catalogue(
        shown_objects(all_sources()), [ThumbnailEmbedder(), TinyEmbedder()], lambda source, obj, picture: True
    )
    comparison = compare(queries, *catalogues)

    text = render_report(comparison.serving, comparison)

    assert "tiny against thumbnail" in text
    assert all(sentence in text for sentence in comparison.sentences)
    assert "5 pictures searched exactly, in memory" in text


def test_pictures_that_failed_are_listed() -> None:
    bad = add_product(b"no picture")
    sync_now()

    text = page()

    assert "Could not be searched with" in text
    assert bad.images.get().file.name in text
    assert PRODUCTS not in text, "Nothing of the source could be searched with."
