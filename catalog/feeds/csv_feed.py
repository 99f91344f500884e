"""From a CSV file to a feed."""

from __future__ import annotations

import re
from pathlib import Path

from catalog.feeds.records import Record, lines_of, read_records
from catalog.feeds.rows import COLUMNS, REQUIRED, BadRow, Feed, FeedError, FeedRow, Problem, read_row

_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BETWEEN_FILES = re.compile(r"\s*,\s*")
_BETWEEN_ADDRESSES = re.compile(r"\s*,\s+|\s*,(?=https?://)")
"""An address may hold a comma, and no space."""


def read_csv(path: Path) -> Feed:
    """Read a CSV file with a header; raises FeedError where it is no such file."""
    lines = lines_of(_read_text(path))
    begin, delimiter = _begin_of(lines)
    records = read_records(lines, begin, delimiter)
    header = _read_header(path, next(records, Record(1, [])))
    folder = path.resolve().parent
    rows: list[FeedRow] = []
    problems: list[Problem] = []
    for record in records:
        try:
            rows += _read_rows(header, record, folder, decimal_comma=delimiter != ",")
        except BadRow as error:
            problems.append(Problem(record.line, str(error)))
    unknown = [name for name in header if name and name not in COLUMNS]
    return Feed(
        folder=folder,
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


def _begin_of(lines: list[str]) -> tuple[int, str]:
    """Return the place of the header, and what stands between cells: a comma, or what other countries write.

    Excel says it in a line of its own before the header: `sep=;`.
    """
    first = lines[0] if lines else ""
    if said := _SEPARATOR.fullmatch(first):
        return 1, said[1]
    return 0, max(",;\t", key=first.count)


def _read_header(path: Path, record: Record) -> list[str]:
    if record.error:
        raise FeedError(f"{path.name} is no CSV file: {record.error}")
    header = [name.strip().lower() for name in record.cells]
    if missing := [name for name in REQUIRED if name not in header]:
        raise FeedError(f"{path.name} has no column {', '.join(missing)}; its first line names the columns.")
    if twice := {name for name in header if name in COLUMNS and header.count(name) > 1}:
        raise FeedError(f"{path.name} has more than one column {', '.join(sorted(twice))}.")
    return header


def _read_rows(header: list[str], record: Record, folder: Path, *, decimal_comma: bool) -> list[FeedRow]:
    """Return a row for each picture that the record names; raises BadRow."""
    if record.error:
        raise BadRow(record.error)
    cells = _name_cells(header, record.cells)
    pictures = _pictures_in(cells.get("image", ""), folder)
    return [read_row(record.line, {**cells, "image": one}, decimal_comma=decimal_comma) for one in pictures]


def _pictures_in(cell: str, folder: Path) -> list[str]:
    """Return the pictures that one cell names: WooCommerce writes all of a product into it, with commas between."""
    between = _BETWEEN_ADDRESSES if "://" in cell else _BETWEEN_FILES
    parts = [part for part in between.split(cell.strip()) if part]
    return parts if len(parts) > 1 and not _is_file(folder, cell.strip()) else [cell]


def _is_file(folder: Path, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):  # too long, or with a zero byte
        return False


def _name_cells(header: list[str], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise BadRow(f"it has {len(cells)} cells for {len(header)} columns; a comma in a value needs quotes around it.")
    return dict(zip(header, cells, strict=False))
