"""From a CSV file to a feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.feeds.rows import COLUMNS, REQUIRED, BadRow, Feed, FeedError, FeedRow, Problem, read_row


def read_csv(path: Path) -> Feed:
    """Read a CSV file with a header; raises FeedError where it is no such file."""
    text = _read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text))
    header = _read_header(path, reader)
    rows: list[FeedRow] = []
    problems: list[Problem] = []
    for line, cells in _read_lines(reader):
        try:
            rows.append(read_row(line, _name_cells(header, cells)))
        except BadRow as error:
            problems.append(Problem(line, str(error)))
    unknown = [name for name in header if name and name not in COLUMNS]
    return Feed(
        folder=path.resolve().parent,
        columns=frozenset(header).intersection(COLUMNS),
        rows=tuple(rows),
        problems=tuple(problems),
        notes=(f"Columns that are not read: {', '.join(unknown)}.",) if unknown else (),
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FeedError(f"{path.name} is not UTF-8 (line {line}): save it as UTF-8.") from error
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror}.") from error


def _delimiter_of(text: str) -> str:
    """Return the comma, or what spreadsheets of some countries write in its place."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _read_header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise FeedError(f"{path.name} is no CSV file: {error}.") from error
    if missing := [name for name in REQUIRED if name not in header]:
        raise FeedError(f"{path.name} has no column {', '.join(missing)}; its first line names the columns.")
    if twice := {name for name in header if name in COLUMNS and header.count(name) > 1}:
        raise FeedError(f"{path.name} has more than one column {', '.join(sorted(twice))}.")
    return header


def _read_lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield every line that is not blank with the number of its first line; a cell may hold several."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FeedError(f"line {line} is no CSV: {error}.") from error
        if any(cell.strip() for cell in cells):
            yield line, cells


def _name_cells(header: list[str], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise BadRow(f"it has {len(cells)} cells for {len(header)} columns; a comma in a value needs quotes around it.")
    return dict(zip(header, cells, strict=False))
