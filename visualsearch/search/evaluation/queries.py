"""What is searched with, and which answers are right."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from visualsearch.search.evaluation.goods import shown_objects
from visualsearch.search.results import Result
from visualsearch.sources import Picture, VisualSource
from visualsearch.sources.hooks import category_of, key_of, pictures_shown, title_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A right answer as the shop shows it."""

    object_key: str
    """The object's primary key as text."""
    key: str
    title: str
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A photo, or one of the shop's own pictures, and every right answer to it."""

    name: str
    """What a report calls it: the path of a photo, the file of a picture."""
    photo: Path | Picture
    source: str
    right: frozenset[str]
    right_by: Literal["key", "group"]
    """Whether `right` are keys of objects, or groups whose variants are all right."""
    category: str = ""
    goods: tuple[Goods, ...] = ()
    """The right answers that the shop shows."""

    def is_right(self, result: Result) -> bool:
        """Tell whether a result is a right answer."""
        return (result.key if self.right_by == "key" else result.group) in self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A photo or picture that could not be searched with; it stands in no figure."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def read_queries(path: Path, source: str = "") -> list[Query]:
    """Read a CSV of `photo,sku`; several skus of one photo are separated by `;`. Raises ValueError for another form.

    A photo's path begins at the folder of the CSV.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"photo", "sku"} <= set(reader.fieldnames or ()):
            raise ValueError(f"Expected a CSV with the columns photo and sku, got {reader.fieldnames}.")
        return [_query(path.parent, row, source) for row in reader]


def find_goods(queries: Iterable[Query], source: VisualSource) -> list[Query]:
    """Return the queries with the right answers that the shop shows, and the category of the first of them."""
    queries = list(queries)
    wanted = frozenset().union(*(query.right for query in queries))
    found: dict[str, tuple[str, Goods]] = {}
    for _, obj in shown_objects([source]):
        if (key := key_of(source, obj)) in wanted:
            found[key] = (category_of(source, obj), _goods(source, obj))
    return [_with_goods(query, found) for query in queries]


def _query(folder: Path, row: dict[str, str], source: str) -> Query:
    right = frozenset(sku.strip() for sku in (row["sku"] or "").split(";") if sku.strip())
    if not row["photo"] or not right:
        raise ValueError(f"Expected a photo and at least one sku in every line, got {row}.")
    return Query(name=row["photo"], photo=folder / row["photo"], source=source, right=right, right_by="key")


def _with_goods(query: Query, found: dict[str, tuple[str, Goods]]) -> Query:
    mine = [found[key] for key in sorted(query.right) if key in found]
    return replace(query, category=mine[0][0] if mine else "", goods=tuple(goods for _, goods in mine))


def _goods(source: VisualSource, obj: Any) -> Goods:
    picture = next(iter(pictures_shown(source, obj)), None)
    return Goods(object_key=str(obj.pk), key=key_of(source, obj), title=title_of(source, obj), picture=picture)
