"""From an answer to what the template shows: sections, cards, filters, addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from visualsearch.conf import get_settings
from visualsearch.images import Box
from visualsearch.models import Embedding, current_space
from visualsearch.page.chips import Chip, shown_filters
from visualsearch.page.percents import percents
from visualsearch.page.question import SOURCE, Question, answer_to
from visualsearch.presenting import Card
from visualsearch.search import Answer, Result, Tier
from visualsearch.search.facets import objects_near
from visualsearch.search.narrowing import Narrowing
from visualsearch.sources import VisualSource
from visualsearch.sources.hooks import cards_of
from visualsearch.sources.shown import count_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult:
    """One card."""

    result: Result
    card: Card
    sureness: str
    like: str
    """Address of a search with its picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Results that are like the photo in one way."""

    heading: str
    note: str
    """How sure the search is of them, in a sentence."""
    results: list[ShownResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the page shows of one search."""

    question: Question
    answer: Answer
    boxes: tuple[Box, ...]
    sections: list[Section]
    filters: list[Any]
    narrowing: Narrowing
    more: str
    """Address that shows more of the same; empty where there is no more."""
    clear: str
    """Address without filters; empty where there are none."""


def show(question: Question, narrowing: Narrowing, pages: int) -> Shown:
    """Search, and make of it what the page shows; raises what `find_similar` raises."""
    settings = get_settings()
    limit = min(settings.limit * pages, settings.limit_most)
    answer, boxes = answer_to(question, narrowing.keywords(), limit)
    here = _params(question)
    is_full = len(answer) == limit < settings.limit_most
    return Shown(
        question=question,
        answer=answer,
        boxes=boxes,
        sections=list(_sections(question, answer)),
        filters=_filters(question, answer, narrowing),
        narrowing=narrowing,
        more="?" + urlencode({**here, **narrowing.params, "pages": pages + 1}) if is_full else "",
        clear="?" + urlencode(here) if narrowing.params else "",
    )


def searchable(source: VisualSource) -> tuple[int, int]:
    """Return how many objects can be found and how many shall be."""
    rows = Embedding.objects.of_space(current_space(source.name)).ready()
    return rows.values("object_key").distinct().count(), count_shown(source)


def _filters(question: Question, answer: Answer, narrowing: Narrowing) -> list[Any]:
    if not question.source.filters:
        return []
    shown = shown_filters(narrowing, objects_near(answer, narrowing))
    here = _params(question)
    return [
        {"name": one.name, "label": one.label, "ends": one.ends, "chips": [_linked(chip, here) for chip in one.chips]}
        for one in shown
    ]


def _linked(chip: Chip, here: dict[str, str]) -> dict[str, Any]:
    url = "?" + urlencode({**here, **chip.params})
    return {"label": chip.label, "count": chip.count, "is_on": chip.is_on, "url": url}


def _params(question: Question) -> dict[str, str]:
    """Return the address of the photo and its part."""
    if question.box is None or "q" in question.params:
        return question.params
    edges = zip(("left", "top", "right", "bottom"), percents(question.box), strict=True)
    return {**question.params, **{name: f"{value:g}" for name, value in edges}}


def _sections(question: Question, answer: Answer) -> Iterator[Section]:
    headings = {
        Tier.SAME_PICTURE: (_("The same picture"), _("Your photo is a copy of this picture.")),
        Tier.SAME_PRODUCT: (_("The same product"), _("As far as we can see, this is what you are looking for.")),
        Tier.SIMILAR: (pgettext("goods", "Similar"), _("Perhaps another product, but much like it.")),
    }
    if answer.no_match:
        headings[Tier.SIMILAR] = (_("The nearest goods"), "")
    for tier, (heading, note) in headings.items():
        results = [result for result in answer if result.tier is tier]
        if results:
            yield Section(heading=heading, note=note, results=list(_cards(question, results)))


def _cards(question: Question, results: Sequence[Result]) -> Iterator[ShownResult]:
    where = {name: value for name, value in question.params.items() if name == SOURCE}
    cards = cards_of(question.source, [result.object for result in results])
    for result, card in zip(results, cards, strict=True):
        like = "?" + urlencode({"like": f"{result.object.pk}:{result.picture.key}", **where})
        yield ShownResult(result=result, card=card, sureness=_sureness(result), like=like)


def _sureness(result: Result) -> str:
    """Say how sure the search is; of what is merely similar nobody asks whether it is the same."""
    if result.tier is Tier.SIMILAR:
        return ""
    return {"sure": _("We are sure"), "likely": _("Very likely"), "unsure": _("Perhaps")}.get(result.sureness, "")
