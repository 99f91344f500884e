"""From a report to a page in one file, which needs no other file and no network."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from visualsearch.exceptions import VisualSearchError
from visualsearch.search.evaluation.comparison import Comparison
from visualsearch.search.evaluation.figures import Figures
from visualsearch.search.evaluation.matrix import ALL, Matrix
from visualsearch.search.evaluation.plots import BarPlot, percent, plot_bars, plot_histogram, plot_reliability
from visualsearch.search.evaluation.report import Report
from visualsearch.search.evaluation.shots import shots_of
from visualsearch.search.evaluation.tables import tables_of
from visualsearch.search.evaluation.thumbnails import data_uri_of
from visualsearch.search.evaluation.worst_cards import cards_of


def render_report(report: Report, comparison: Comparison | None = None) -> str:
    """Return the page: figures, plots, matrix and the worst searches with their pictures, which are opened for it."""
    return render_to_string("visualsearch/evaluation/report.html", context_of(report, comparison))


def context_of(report: Report, comparison: Comparison | None = None) -> dict[str, Any]:
    """Return what the partials of the page need, for a page of another dress."""
    figures = report.figures
    return {
        "report": report,
        "tiles": _tiles(figures),
        "recall": _recall_plot(report.matrix),
        "tables": tables_of(report.matrix),
        "reliability": plot_reliability(report.reliability) if report.reliability else None,
        "scores": plot_histogram(report.scores) if report.scores else None,
        "first_right": sum(report.scores.right) if report.scores else 0,
        "first_wrong": sum(report.scores.wrong) if report.scores else 0,
        "worst": cards_of(report),
        "example": _example(report),
        "comparison": comparison,
        "side_by_side": _side_by_side(comparison) if comparison else None,
    }


def _tiles(figures: Figures) -> list[tuple[str, str, str]]:
    """Return name, number and meaning of the figures that stand on top."""
    tiles = [
        ("recall@1", percent(figures.recall_at_1), "the first result is right"),
        ("recall@10", percent(figures.recall_at_10), "one of the first ten is right"),
        ("MRR", _decimal(figures.mrr), "mean of 1 / rank of the first right result"),
    ]
    if figures.ece is not None:
        tiles.append(("ECE", _decimal(figures.ece), "by how much probabilities miss, on average"))
    if figures.p50_ms is not None:
        tiles.append(("time", f"{figures.p50_ms:.0f} ms", f"median of a search; 95 % take up to {figures.p95_ms:.0f}"))
    return tiles


def _recall_plot(matrix: Matrix) -> BarPlot:
    """Return recall by disturbance; photos have none, so theirs is by category."""
    if len(matrix.columns) > 1:
        rows = list(zip(matrix.columns, matrix.rows[0].cells, strict=True))
    else:
        rows = [(row.category, row.cells[0]) for row in matrix.rows]
    return plot_bars(
        [(name, cell.recall_at_1, cell.recall_at_10) for name, cell in rows], words=("recall@1", "recall@10")
    )


def _side_by_side(comparison: Comparison) -> BarPlot:
    """Return recall@1 of both embedders by disturbance, or by category where photos were measured."""
    serving, other = comparison.serving.matrix, comparison.other.matrix
    if len(serving.columns) > 1:
        names = serving.columns
        pairs = zip(serving.rows[0].cells, other.rows[0].cells, strict=True)
    else:
        names = tuple(row.category for row in serving.rows)
        pairs = zip((row.cells[0] for row in serving.rows), (row.cells[0] for row in other.rows), strict=True)
    rows = [(name, one.recall_at_1, two.recall_at_1) for name, (one, two) in zip(names, pairs, strict=True)]
    return plot_bars(rows, words=(comparison.serving.about.embedder, comparison.other.about.embedder))


def _decimal(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:.3f}"


def _example(report: Report) -> list[tuple[str, str]]:
    """Return one picture in every disturbance: name and address; nothing where photos were measured."""
    if report.example is None or report.matrix.columns == (ALL,):
        return []
    try:
        shots = list(shots_of(report.example, report.about.seed))
    except VisualSearchError:
        # It was there a moment ago; the page is whole without it.
        return []
    return [(shot.disturbance, data_uri_of(shot.photo)) for shot in shots]
