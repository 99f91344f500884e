from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visualsearch.search.evaluation.histogram import Histogram
from visualsearch.search.evaluation.plots import WIDTH, Bar, percent, plot_bars, plot_histogram, plot_reliability
from visualsearch.search.evaluation.reliability import reliability_of


def fits(bar: Bar, height: float) -> bool:
    x, y, wide, high = (float(value) for value in (bar.x, bar.y, bar.width, bar.height))
    return x >= 0 and y >= 0 and wide >= 0 and high >= 0 and x + wide <= WIDTH and y + high <= height


@given(st.lists(st.tuples(st.text(max_size=30), *[st.none() | st.floats(0, 1)] * 2), max_size=8))
def test_bars_stay_inside_their_plot(rows: list[tuple[str, float | None, float | None]]) -> None:
    plot = plot_bars(rows, ("one", "two"))

    assert all(fits(bar, plot.height) for row in plot.rows for bar in row.bars)
    assert [row.title for row in plot.rows] == [label for label, _, _ in rows]


def test_long_label_is_cut_and_kept_in_full_beside() -> None:
    (row,) = plot_bars([("Washing machines", 0.5, 0.75)], ("one", "two")).rows

    assert (row.label, row.title) == ("Washing machi\u2026", "Washing machines")
    assert [bar.text for bar in row.bars] == ["50.0 %", "75.0 %"]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_reliability_stays_inside_its_plot(answers: list[tuple[float, bool]]) -> None:
    plot = plot_reliability(reliability_of([p for p, _ in answers], [hit for _, hit in answers]))

    assert len(plot.bars) == len(plot.marks) == len({bar.x for bar in plot.bars})
    assert all(fits(bar, 356) for bar in plot.bars + plot.marks)


def test_histogram_draws_right_and_wrong_each_as_shares() -> None:
    histogram = Histogram(edges=(0.0, 0.5, 1.0), right=(0, 400), wrong=(2, 2))

    plot = plot_histogram(histogram)

    assert [bar.height for bar in plot.right] == ["150.0"]
    assert [bar.height for bar in plot.wrong] == ["75.0", "75.0"]
    assert [tick.text for tick in plot.ticks] == ["0.00", "0.50", "1.00"]


def test_histogram_of_right_answers_alone_is_drawn() -> None:
    assert plot_histogram(Histogram(edges=(0.0, 0.5, 1.0), right=(0, 4), wrong=(0, 0))).wrong == ()


def test_share_is_written_in_percent() -> None:
    assert (percent(0.1234), percent(1.0), percent(None)) == ("12.3 %", "100.0 %", "\u2013")
