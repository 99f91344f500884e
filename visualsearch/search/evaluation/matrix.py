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
    named = sorted(set(shelves) - {OTHER})
    # Where no category has pictures enough, "other" would say once more what "all" does.
    below = [*named, OTHER] if named and OTHER in shelves else named
    rows = (_row(ALL, measured, columns), *(_row(name, shelves[name], columns) for name in below))
    return Matrix(columns=columns, rows=rows)


def _shelves(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    """Return the searches of each row below the first."""
    queries = {id(one.query): one.query for one in measured}
    pictures = Counter(query.category for query in queries.values())
    shelves: dict[str, list[Measured]] = {}
    for one in measured:
        name = one.query.category
        shelves.setdefault(name if name and pictures[name] >= PICTURES_LEAST else OTHER, []).append(one)
    return shelves


def _row(category: str, measured: Sequence[Measured], columns: tuple[str, ...]) -> Row:
    parts = [measured, *([one for one in measured if one.disturbance == name] for name in columns[1:])]
    return Row(
        category=category,
        pictures=len({id(one.query) for one in measured}),
        cells=tuple(figures_of(part) for part in parts),
    )
