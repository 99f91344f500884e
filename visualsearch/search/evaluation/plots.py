"""From figures to the places of what a plot draws: numbers as text, the same in every language.

All plots are 360 units wide, about the pixels of a phone, so that their letters can be read there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualsearch.search.evaluation.histogram import Histogram
from visualsearch.search.evaluation.reliability import ReliabilityBin

WIDTH = 360
_LABELS, _VALUES = 92, 54
_ROW = 34
_LETTERS = 14
_LEFT, _TOP, _SIDE = 34, 8, 312
_HEIGHT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A rectangle."""

    x: str
    y: str
    width: str
    height: str
    text: str = ""
    """What stands at its end, or is said when it is pointed at."""
    opacity: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """Two bars under one another, and their label."""

    label: str
    title: str
    """The label in full."""
    y: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot:
    """Rows of two shares each."""

    height: int
    rows: tuple[BarRow, ...]
    words: tuple[str, str]
    """What the first and the second bar of a row are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityPlot:
    """The share of right answers against the probability."""

    bars: tuple[Bar, ...]
    marks: tuple[Bar, ...]
    """Mean probability of each bin, as a line at that height: the bar should end there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramPlot:
    """Shares of the right and of the wrong first results by score."""

    right: tuple[Bar, ...]
    wrong: tuple[Bar, ...]
    ticks: tuple[Bar, ...]
    """Places of the numbers below; only `x` and `text` say something."""


def plot_bars(rows: Sequence[tuple[str, float | None, float | None]], words: tuple[str, str]) -> BarPlot:
    """Return the plot of a label and two shares of 0 to 1 a row."""
    return BarPlot(
        height=_ROW * len(rows) + 4,
        rows=tuple(_bar_row(number, *row) for number, row in enumerate(rows)),
        words=words,
    )


def plot_reliability(bins: Sequence[ReliabilityBin]) -> ReliabilityPlot:
    """Return the reliability diagram; empty bins are left empty, those of few results are pale."""
    bars, marks = [], []
    most = max(one.count for one in bins)
    for one in bins:
        if one.accuracy is None or one.confidence is None:
            continue
        x, width = _LEFT + one.low * _SIDE, (one.high - one.low) * _SIDE - 2
        text = f"{one.count}: {percent(one.confidence)} \u2192 {percent(one.accuracy)}"
        height = max(one.accuracy * _SIDE, 1)
        bar = _bar(x, _TOP + _SIDE - height, width, height, text)
        bars.append(replace(bar, opacity=f"{0.3 + 0.7 * one.count / most:.2f}"))
        marks.append(_bar(x, _TOP + (1 - one.confidence) * _SIDE - 1, width, 2))
    return ReliabilityPlot(bars=tuple(bars), marks=tuple(marks))


def plot_histogram(histogram: Histogram) -> HistogramPlot:
    """Return the plot, right and wrong each as shares of their own number: they differ much in most shops."""
    shares = [[count / max(sum(counts), 1) for count in counts] for counts in (histogram.right, histogram.wrong)]
    most = max(max(part) for part in shares) or 1
    right, wrong = (
        tuple(_column(place, share / most, histogram) for place, share in enumerate(part) if share) for part in shares
    )
    edges = histogram.edges
    places = (0, len(edges) // 2, len(edges) - 1)
    ticks = tuple(_bar(_column_x(place, histogram), 0, 0, 0, f"{edges[place]:.2f}") for place in places)
    return HistogramPlot(right=right, wrong=wrong, ticks=ticks)


def percent(share: float | None) -> str:
    """Return a share of 0 to 1 as people read it."""
    return "\u2013" if share is None else f"{share * 100:.1f} %"


def _bar_row(number: int, label: str, first: float | None, second: float | None) -> BarRow:
    top = number * _ROW + 4
    short = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}\u2026"
    length = WIDTH - _LABELS - _VALUES
    bars = [
        _bar(_LABELS, top + 14 * line, max((share or 0) * length, 1), 12, percent(share))
        for line, share in enumerate((first, second))
    ]
    return BarRow(label=short, title=label, y=str(top + 17), bars=tuple(bars))


def _column(place: int, share: float, histogram: Histogram) -> Bar:
    height = max(share * _HEIGHT, 1)
    width = _SIDE / len(histogram.right) - 1
    low, high = histogram.edges[place : place + 2]
    text = f"{low:.3f}\u2013{high:.3f}: {histogram.right[place]} / {histogram.wrong[place]}"
    return _bar(_column_x(place, histogram), _TOP + _HEIGHT - height, width, height, text)


def _column_x(place: int, histogram: Histogram) -> float:
    return _LEFT + place * _SIDE / len(histogram.right)


def _bar(x: float, y: float, width: float, height: float, text: str = "") -> Bar:
    return Bar(x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}", text=text)
