"""A report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from visualsearch.search.evaluation.comparison import Comparison
from visualsearch.search.evaluation.matrix import Matrix
from visualsearch.search.evaluation.report import Report

_CATEGORY_MOST = 24


def words_of(report: Report, comparison: Comparison | None = None) -> str:
    """Return the figures of all searches, the matrix of recall@1, and what a comparison came to."""
    lines = [f"{name:<10} {value}" for name, value in report.figures.as_dict().items()]
    if len(report.matrix.rows) > 1 or len(report.matrix.columns) > 1:
        lines += ["", "recall@1 by category and disturbance", *_table(report.matrix)]
    if report.adapted:
        lines += ["", *report.adapted.lines]
    if report.about.unknown:
        lines += ["", f"{report.about.unknown} photos name no product that the shop shows: they can only be wrong."]
    if comparison:
        lines += ["", *comparison.sentences]
    return "\n".join(lines)


def _table(matrix: Matrix) -> list[str]:
    rows = [["", *matrix.columns]]
    for row in matrix.rows:
        shares = ["-" if cell.recall_at_1 is None else f"{cell.recall_at_1:.3f}" for cell in row.cells]
        rows.append([row.category[:_CATEGORY_MOST], *shares])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_line(row, widths) for row in rows]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if number == 0 else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
