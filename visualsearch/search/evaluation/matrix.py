"""Figures by category and disturbance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualsearch.search.disturbances import DISTURBANCES
from visualsearch.search.evaluation.figures import Figures, figures_of
from visualsearch.search.evaluation.measured import Measured

ALL, OTHER = "all", "other"

PICTURES_LEAST = 10
"""Pictures or photos that a category needs for a row of its own; fewer would say little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One category."""

    category: str
    """The shop's word; ALL for the first row, OTHER for what has too few pictures or no category."""
    pictures: int
    cells: tuple[Figures, ...]
    """One a column of the matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Categories by disturbances; the first row and the first column hold all of them."""

    columns: tuple[str, ...]
    """ALL, then the disturbances; ALL alone where photos were measured."""
    rows: tuple[Row, ...]

    def as_list(self) -> list[dict[str, Any]]:
        """Return plain values, a row each."""
        return [
            {
                "category": row.category,
                "pictures": row.pictures,
                "figures": {name: cell.as_dict() for name, cell in zip(self.columns, row.cells, strict=True)},
            }
            for row in self.rows
        ]


def matrix_of(measured: Sequence[Measured]) -> Matrix:
    """Return the matrix of these searches."""
    made = {one.disturbance for one in measured}
    columns = (ALL, *(name for name in DISTURBANCES if name in made))
    shelves = _shelves(measured)
    rows = [_row(ALL, measured, columns)]
    for name in sorted(set(shelves.values()) - {OTHER}):
        rows.append(_row(name, [one for one in measured if shelves[one.query.category] == name], columns))
    rest = [one for one in measured if shelves[one.query.category] == OTHER]
    if rest and len(rows) > 1:
        rows.append(_row(OTHER, rest, columns))
    return Matrix(columns=columns, rows=tuple(rows))


def _shelves(measured: Sequence[Measured]) -> dict[str, str]:
    """Return for each category the row in which it stands."""
    pictures = Counter(
        query_category for _, query_category in {(id(one.query), one.query.category) for one in measured}
    )
    return {name: name if name and count >= PICTURES_LEAST else OTHER for name, count in pictures.items()}


def _row(category: str, measured: Sequence[Measured], columns: tuple[str, ...]) -> Row:
    parts = [measured, *([one for one in measured if one.disturbance == name] for name in columns[1:])]
    return Row(
        category=category,
        pictures=len({id(one.query) for one in measured}),
        cells=tuple(figures_of(part) for part in parts),
    )
