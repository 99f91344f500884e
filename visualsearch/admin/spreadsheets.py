"""From what anybody may have written to cells of a CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("([;|\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029])")
"""Where a cell ends for a spreadsheet that splits in another way than by commas: quotes hold there no more."""

_BEGINS_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_OVERLOOKED = frozenset("\"'")
_CONTROLS = ("\t", "\r", "\n")


def harmless(value: object) -> object:
    """Return a cell whose text no spreadsheet takes for a formula, at its beginning or where it may be split.

    An apostrophe stands before what could be one, as OWASP advises (CSV injection). A number stays one.
    """
    if not isinstance(value, str):
        return value
    cell = "".join(f"'{part}" if _is_formula(part) else part for part in _BREAKS.split(value))
    return f"'{cell}" if cell.startswith(_CONTROLS) else cell


def _is_formula(part: str) -> bool:
    """Tell whether the first letter that counts begins a formula, in whatever width it is written."""
    first = next((letter for letter in part if not _is_overlooked(letter)), "")
    return unicodedata.normalize("NFKC", first) in _BEGINS_FORMULA


def _is_overlooked(letter: str) -> bool:
    """Tell whether a spreadsheet may drop a letter before it looks for a formula: spaces, controls, invisible ones."""
    return letter.isspace() or letter in _OVERLOOKED or unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Zs")
