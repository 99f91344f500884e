"""Queries and measured searches for tests of figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from visualsearch.search.evaluation.measured import Measured
from visualsearch.search.evaluation.queries import Query


def make_query(name: str = "a.jpg", **fields: Any) -> Query:
    """Return a query by a photo whose right answer is A."""
    return Query(
        **{
            "name": name,
            "photo": Path(name),
            "source": "catalog.product",
            "right": frozenset("A"),
            "right_by": "key",
            **fields,
        }
    )


def make_measured(*hits: bool, query: Query | None = None, **fields: Any) -> Measured:
    """Return a search whose results are right or wrong like this."""
    values = {"disturbance": "", "milliseconds": 1.0, "score": 0.9 if hits else None, "probability": None, **fields}
    return Measured(query=query or make_query(), hits=hits, **values)
