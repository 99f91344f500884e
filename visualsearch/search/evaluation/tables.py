"""From a matrix to the tables of a page: numbers as text, and how good each is."""

from __future__ import annotations

from dataclasses import dataclass

from visualsearch.search.evaluation.figures import Figures
from visualsearch.search.evaluation.matrix import Matrix

ECE_BAD = 0.25
"""An ECE from which a cell is as red as one without a right answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number of a table and how good it is."""

    text: str
    good: str
    """0 to 100, for its colour; empty where there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One category."""

    category: str
    pictures: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One figure by category and disturbance, or several by category."""

    title: str
    """The figure; empty where there are several."""
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def tables_of(matrix: Matrix) -> list[Table]:
    """Return a table a figure; photos, which have no disturbance, give one of all figures by category."""
    names = [name for name, cell in _cells(matrix.rows[0].cells[0]).items() if name != "ECE" or cell.good]
    if len(matrix.columns) > 1:
        return [_table_of_one(matrix, name) for name in names]
    return [_table_of_all(matrix, names)] if len(matrix.rows) > 1 else []


def _table_of_one(matrix: Matrix, figure: str) -> Table:
    rows = (
        TableRow(category=row.category, pictures=row.pictures, cells=tuple(_cells(cell)[figure] for cell in row.cells))
        for row in matrix.rows
    )
    return Table(title=figure, columns=matrix.columns, rows=tuple(rows))


def _table_of_all(matrix: Matrix, figures: list[str]) -> Table:
    rows = (
        TableRow(
            category=row.category,
            pictures=row.pictures,
            cells=tuple(_cells(row.cells[0])[figure] for figure in figures),
        )
        for row in matrix.rows
    )
    return Table(title="", columns=tuple(figures), rows=tuple(rows))


def _cells(figures: Figures) -> dict[str, Cell]:
    return {
        "recall@1": _share(figures.recall_at_1),
        "recall@10": _share(figures.recall_at_10),
        "MRR": _share(figures.mrr),
        "ECE": _error(figures.ece),
    }


def _share(value: float | None) -> Cell:
    if value is None:
        return Cell(text="\u2013", good="")
    return Cell(text=f"{value * 100:.1f}", good=f"{value * 100:.0f}")


def _error(value: float | None) -> Cell:
    if value is None:
        return Cell(text="\u2013", good="")
    return Cell(text=f"{value:.3f}", good=f"{max(0.0, 1 - value / ECE_BAD) * 100:.0f}")
