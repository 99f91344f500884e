"""The worst searches as a page shows them: the photo, what was right, what was found."""

from __future__ import annotations

from dataclasses import dataclass

from visualsearch.exceptions import VisualSearchError
from visualsearch.search.evaluation.plots import percent
from visualsearch.search.evaluation.report import Report
from visualsearch.search.evaluation.shots import shot_again
from visualsearch.search.evaluation.thumbnails import data_uri_of
from visualsearch.search.evaluation.worst import Worst
from visualsearch.search.results import Result

RIGHT_SHOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture of a card with what stands below it."""

    uri: str
    """Address of the picture; empty where it cannot be read."""
    title: str
    key: str
    score: str = ""
    probability: str = ""
    is_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One search that went wrong."""

    name: str
    disturbance: str
    category: str
    rank: int | None
    photo: str
    right: tuple[Shown, ...]
    found: tuple[Shown, ...]


def cards_of(report: Report) -> list[Card]:
    """Return a card for each of the worst searches; its pictures are opened here."""
    return [_card(one, report.about.seed) for one in report.worst]


def _card(worst: Worst, seed: int) -> Card:
    query, disturbance = worst.measured.query, worst.measured.disturbance
    right = (
        Shown(uri=data_uri_of(goods.picture), title=goods.title, key=goods.key) for goods in query.goods[:RIGHT_SHOWN]
    )
    return Card(
        name=query.name,
        disturbance=disturbance,
        category=query.category,
        rank=worst.measured.rank,
        photo=_photo(worst, seed),
        right=tuple(right),
        found=tuple(_shown(result, is_right=query.is_right(result)) for result in worst.results),
    )


def _photo(worst: Worst, seed: int) -> str:
    try:
        return data_uri_of(shot_again(worst.measured.query, worst.measured.disturbance, seed).photo)
    except VisualSearchError:
        return ""


def _shown(result: Result, *, is_right: bool) -> Shown:
    return Shown(
        uri=data_uri_of(result.picture),
        title=result.title,
        key=result.key,
        score=f"{result.score:.3f}",
        probability="" if result.probability is None else percent(result.probability),
        is_right=is_right,
    )
