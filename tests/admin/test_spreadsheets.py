from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualsearch.admin.spreadsheets import harmless

FORMULA = re.compile(r'[\s"]*[=+\-@]')
LETTERS = "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH COMMERCIAL AT}\N{SMALL PLUS SIGN};|\t\r\n \"'\N{NO-BREAK SPACE}a,"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\N{ZERO WIDTH SPACE}=1", "'\N{ZERO WIDTH SPACE}=1"),
        ("\N{FULLWIDTH EQUALS SIGN}1+1", "'\N{FULLWIDTH EQUALS SIGN}1+1"),
        ("\N{FULLWIDTH PLUS SIGN}1", "'\N{FULLWIDTH PLUS SIGN}1"),
        ("cup;=1+1;x", "cup;'=1+1;x"),
        ('cup";"=1+1', 'cup";\'"=1+1'),
        ("cup\n@SUM(A1)", "cup\n'@SUM(A1)"),
        ("cup\r\n -1", "cup\r\n' -1"),
        ("\tcup", "'\tcup"),
    ],
)
def test_what_may_be_a_formula_is_text(cell: str, written: str) -> None:
    assert harmless(cell) == written


@pytest.mark.parametrize("cell", ["T-12", "10 cm - 12 cm", "a=b", "me@example.com", "one, -two", "", "0.93"])
def test_plain_words_are_left_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_number_stays_a_number() -> None:
    assert harmless(-0.5) == -0.5


@given(st.text(LETTERS))
def test_no_spreadsheet_finds_a_formula_however_it_splits_the_file(cell: str) -> None:
    csv.writer(file := io.StringIO()).writerow(["first", harmless(cell), "last"])

    for part in re.split("[;|\t\r\n\v\f\x85\u2028\u2029]", unicodedata.normalize("NFKC", file.getvalue())):
        assert not FORMULA.match(part), part
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert not FORMULA.match(unicodedata.normalize("NFKC", row[1]))
