"""From the text of a CSV file to its records, of which a broken one takes no other along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_LONGEST = 2**31 - 1
"""Letters of a cell: whoever reads the row tells that one is too long. Python's own limit would end the file there."""

_BREAKS = "\r\n"
_END = "end"
_NOT_CLOSED = "a quote is opened and not closed; a quote inside a quoted value is written twice."


@dataclass(frozen=True, slots=True)
class Record:
    """One record, which may go over several lines."""

    line: int
    """Its first, as an editor counts."""
    cells: list[str]
    error: str = ""
    """Why there are no cells."""


def lines_of(text: str) -> list[str]:
    """Return the lines as an editor counts them, each with its end."""
    return list(io.StringIO(text, newline=""))


def read_records(lines: list[str], begin: int, delimiter: str) -> Iterator[Record]:
    """Yield every record that is not blank.

    Where quotes cannot be understood one line is read alone, and the next one anew: a quote that nobody closes
    swallows nothing.
    """
    with _cells_of_any_length():
        place = begin
        while place < len(lines):
            reader = csv.reader(
                (lines[number] for number in range(place, len(lines))), delimiter=delimiter, strict=True
            )
            first = place
            try:
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield Record(first + 1, cells)
                    first = place + reader.line_num
                return
            except csv.Error:
                yield _read_alone(lines[first], first + 1, delimiter)
                place = first + 1


def _read_alone(line: str, number: int, delimiter: str) -> Record:
    """Return the record of a line whose quotes are not as they should be; they may be closed all the same."""
    (cells,) = csv.reader([f"{line.rstrip(_BREAKS)}{delimiter}{_END}"], delimiter=delimiter)
    return Record(number, cells[:-1]) if cells[-1] == _END else Record(number, [], _NOT_CLOSED)


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)
