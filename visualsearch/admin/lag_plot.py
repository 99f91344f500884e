"""From the lag of the last day to the places of what its plot draws: the server makes the picture, no script does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from visualsearch.search.evaluation.plots import Bar
from visualsearch.sync import Quarter

WIDTH, HEIGHT = 720, 150
_LEFT, _TOP, _BOTTOM = 44, 10, 24
_SIDE = WIDTH - _LEFT - 4
_DROP = HEIGHT - _TOP - _BOTTOM
_SCALES = (1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400)
"""Seconds at the top of the plot: the first that nothing exceeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LagPlot:
    """Bars of the lag, bands where nobody looked, and the words of both axes."""

    bars: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    ticks: tuple[Bar, ...]
    """Times of the day; only `x` and `text` say something."""
    top: int
    """Seconds at the top."""
    most: float | None
    """The longest lag of the day; None where nobody looked."""
    most_at: datetime | None
    unseen: int
    """Quarters of an hour in which nobody looked."""


def plot_lag(day: Sequence[Quarter], times: Sequence[str]) -> LagPlot:
    """Return the plot; `times` are the words for the beginning of each quarter of an hour."""
    seen = [quarter for quarter in day if quarter.seconds is not None]
    worst = max(seen, key=lambda quarter: quarter.seconds or 0.0, default=None)
    most = worst.seconds if worst else None
    top = next((scale for scale in _SCALES if (most or 0.0) <= scale), _SCALES[-1])
    width = _SIDE / len(day)
    bars, gaps = [], []
    for place, quarter in enumerate(day):
        x = _LEFT + place * width
        if quarter.seconds is None:
            gaps.append(_bar(x, _TOP, width, _DROP, times[place]))
        else:
            height = max(min(1.0, quarter.seconds / top) * _DROP, 1.0)
            text = f"{times[place]}: {quarter.seconds:.1f} s"
            bars.append(_bar(x, _TOP + _DROP - height, max(width - 1, 1), height, text))
    step = len(day) // 6
    ticks = [_bar(_LEFT + place * width, 0, 0, 0, times[place]) for place in range(0, len(day), step)]
    return LagPlot(
        bars=tuple(bars),
        gaps=tuple(gaps),
        ticks=tuple(ticks),
        top=top,
        most=most,
        most_at=worst.at if worst else None,
        unseen=len(gaps),
    )


def _bar(x: float, y: float, width: float, height: float, text: str) -> Bar:
    return Bar(x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}", text=text)
